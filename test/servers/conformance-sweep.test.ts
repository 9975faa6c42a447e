import { describe, expect, it } from 'vitest'
import { startCarefulService } from '../conformance-check/careful-service.ts'
import { checked, findings } from '../conformance-check/checked.ts'
import { switches, switchNames } from '../conformance-check/switches.ts'

const day = Math.floor(Date.now() / 86_400_000)
/** Each takes 4 seconds: another third each day, and with the variable `ALL_SWITCHES`, as every night, all of them. */
const triedSwitches = process.env.ALL_SWITCHES
  ? switchNames
  : switchNames.filter((_, index) => index % 3 === day % 3)

it('[CHK-2] finds nothing in a correct service', async () => {
  expect(findings(await checked(startCarefulService))).toEqual({})
})

describe('a service that lacks one check', () => {
  it.each(triedSwitches)('[CHK-2] is the only thing that is found: %s', async (name) => {
    const found = findings(await checked((op) => startCarefulService(op, name)))
    expect(Object.keys(found).sort(), JSON.stringify(found)).toEqual([...switches[name]].sort())
  })
})
