import { describe, expect, it } from 'vitest'
import { startCarefulService } from '../conformance-check/careful-service.ts'
import { checked, findings } from '../conformance-check/checked.ts'
import { switches, switchNames } from '../conformance-check/switches.ts'

it('[CHK-2] finds nothing in a correct service', async () => {
  expect(findings(await checked(startCarefulService))).toEqual({})
})

describe('a service that lacks one check', () => {
  it.each(switchNames)('[CHK-2] is found out, and nothing else is: %s', async (name) => {
    const found = findings(await checked((op) => startCarefulService(op, name)))
    expect(Object.keys(found).sort(), JSON.stringify(found)).toEqual([...switches[name]].sort())
  })
})
