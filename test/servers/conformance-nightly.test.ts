import { describe, expect, it } from 'vitest'
import {
  authTimeFaults,
  callbackFaults,
  callFaults,
  identityFaults,
  logoutFaults,
  malformedFaults,
  signInFaults,
} from '../../lib/cli/conformance/fault-catalogue.ts'
import { startCarefulService } from '../conformance-check/careful-service.ts'
import { startCarelessService } from '../conformance-check/careless-service.ts'
import { checked, findings } from '../conformance-check/checked.ts'
import { slowSwitches } from '../conformance-check/switches.ts'

/** These take minutes, so they run with the variable `ALL_SWITCHES`, as every night. */
const runs = process.env.ALL_SWITCHES !== undefined

const faults = [
  ...signInFaults,
  ...identityFaults,
  ...authTimeFaults,
  ...logoutFaults,
  ...callbackFaults,
  ...callFaults,
  ...malformedFaults,
]
const powers = new Map(faults.map(({ place, fault, power }) => [`${place} ${fault}`, power]))

/** The faults that only a service that checks nothing accepts, and that break no requirement, by the reason. */
const notDecisive: Readonly<Record<string, readonly string[]>> = {
  'One Login requires it of nobody, so it is advice': [
    'id-token no-kid',
    'id-token vot-with-level-of-confidence',
    'id-token wrong-at-hash',
    'core-identity no-kid',
    'core-identity issued-in-the-future',
    'core-identity missing-iat',
    'authorize code-and-error',
  ],
  'a service may use one of 2 values, and the one is right': [
    'authorize repeated-state',
    'authorize repeated-code',
  ],
  'a service may take a long response': ['userinfo oversized'],
  'each claim that it lacks is tried by itself': ['core-identity malformed-claims'],
  'a service may use no data that has the wrong shape': [
    'core-identity missing-vc',
    'core-identity malformed-vc',
    'core-identity missing-credential-subject',
    'core-identity missing-name',
    'core-identity malformed-name',
    'core-identity malformed-name-parts',
  ],
}

/** Returns the faults after which the user saw the page, or was signed out. */
async function accepted(start: Parameters<typeof checked>[0]): Promise<Set<string>> {
  const only = ['tokens', 'callback', 'back-channel', 'malformed-data', 'token-failures']
  const checks = (await checked(start, { only })).flatMap((result) => result.checks)
  const isAccepted = /^The page was shown|^The user was signed out/
  const names = checks.filter(({ seen }) => isAccepted.test(seen)).map(({ name }) => name.split(',')[0] ?? '')
  return new Set(names.filter((name) => powers.has(name)))
}

it.runIf(runs)(
  '[CHK-2] makes every fault decisive that only a service that checks nothing accepts, or says why not',
  { timeout: 300_000 },
  async () => {
    const careless = await accepted(startCarelessService)
    const careful = await accepted(startCarefulService)
    const only = [...careless].filter((name) => !careful.has(name))
    const decisive = only.filter((name) => powers.get(name) === 'decisive')
    const others = only.filter((name) => powers.get(name) !== 'decisive')
    expect(others.sort()).toEqual(Object.values(notDecisive).flat().sort())
    expect([...careful].filter((name) => powers.get(name) === 'decisive')).toEqual([])
    expect(decisive.length).toBeGreaterThan(85)
  },
)

describe('checks that take minutes', () => {
  it.runIf(runs)('[CHK-2] find nothing in a correct service', { timeout: 600_000 }, async () => {
    const results = await checked(startCarefulService, { slow: true })
    expect(findings(results)).toEqual({})
    const slow = results.filter(({ id }) => id === 'time-limit' || id === 'key-rotation')
    expect(slow.map(({ verdict }) => verdict)).toEqual(['kept', 'kept'])
  })

  it.runIf(runs).each(Object.entries(slowSwitches))(
    '[CHK-2] find what is missing, and nothing else: %s',
    { timeout: 600_000 },
    async (name, ids) => {
      const start = (op: Parameters<typeof startCarefulService>[0]) =>
        startCarefulService(op, name as keyof typeof slowSwitches)
      const found = findings(await checked(start, { slow: true }))
      expect(Object.keys(found), JSON.stringify(found)).toEqual(ids)
    },
  )
})
