import { expect, it } from 'vitest'
import {
  authTimeFaults,
  callbackFaults,
  callFaults,
  decisiveFaults,
  identityFaults,
  logoutCallFaults,
  logoutFaults,
  malformedFaults,
  signInFaults,
} from '../../lib/cli/conformance/fault-catalogue.ts'
import { simulatorFaults, type FaultPlace } from '../../lib/simulator/index.ts'
import { startCarelessService } from './careless-service.ts'
import { checked } from './checked.ts'

const only = [...new Set(decisiveFaults.map(({ requirement }) => requirement))]

it(
  '[CHK-2] accepts every decisive fault in a service that checks nothing',
  { timeout: 120_000 },
  async () => {
    const results = await checked(startCarelessService, { only })
    const checks = results.flatMap((result) => result.checks)
    const verdictOf = (name: string) => checks.find((check) => check.name === name)?.verdict
    const isDecisive = ({ power }: { power: string }) => power === 'decisive'
    const named = [
      ...signInFaults
        .filter(isDecisive)
        .flatMap(({ place, fault }) =>
          ['sign-in', 'identity'].map((journey) => `${place} ${fault}, ${journey}`),
        ),
      ...identityFaults.filter(isDecisive).map(({ place, fault }) => `${place} ${fault}, identity`),
      ...logoutFaults.filter(isDecisive).map(({ place, fault }) => `${place} ${fault}`),
    ]
    expect(named.filter((name) => verdictOf(name) !== 'broken')).toEqual([])
    expect(named.length).toBeGreaterThan(110)
  },
)

const tried = [
  ...signInFaults,
  ...identityFaults,
  ...authTimeFaults,
  ...logoutFaults,
  ...logoutCallFaults,
  ...callbackFaults,
  ...callFaults,
  ...malformedFaults,
]

/** The faults that are not tried one by one, by the reason. Those of documents are tried at a start, see `cold-start`. */
const untried: Readonly<Record<string, Partial<Record<FaultPlace, readonly string[]>>>> = {
  'a correct service may take it': {
    token: ['slow', 'oversized', 'wrong-content-type', 'no-token-type', 'wrong-token-type'],
    userinfo: ['slow'],
    'logout-token': [
      'no-kid',
      'wrong-type',
      'further-event',
      'event-not-empty',
      'event-not-an-object',
      'empty-sub',
    ],
    authorize: ['wrong-iss'],
  },
  'it takes minutes, so --slow tries it': { token: ['hang'], userinfo: ['hang'] },
  'it is the same to a service as one that is tried': {
    token: [
      '502',
      'invalid-request',
      'invalid-client',
      'unauthorized-client',
      'unsupported-grant-type',
      'server-error',
      'error-without-description',
    ],
    userinfo: ['502'],
    authorize: [
      'session-lost',
      'login-required-without-description',
      'server-error-without-description',
      'temporarily-unavailable-without-description',
      'unauthorized-client',
      'invalid-request',
      'invalid-scope',
    ],
  },
  'the phase of back-channel logouts sends one token twice by itself': { 'logout-token': ['repeated-jti'] },
}

/** Faults of the network between the browser and One Login: the service has no part in them. */
const places = ['trustmark', 'logout', 'discovery', 'jwks', 'did'] as const
const ofTheNetwork = ['429', '500', '502', '503', '504', 'refuse', 'hang', 'reset', 'truncated', 'slow']
const ofTheBrowser = [...ofTheNetwork, 'oversized', 'html', 'redirect']

it('[CHK-2] tries every fault of the simulator, or says why not', () => {
  for (const [place, faults] of Object.entries(simulatorFaults)) {
    if (places.some((other) => other === place)) continue
    const names = [
      ...tried.filter((fault) => fault.place === place).map(({ fault }) => fault),
      ...Object.values(untried).flatMap((reason) => reason[place as FaultPlace] ?? []),
      ...(place === 'authorize' ? ofTheBrowser : []),
    ]
    expect([place, [...names].sort()]).toEqual([place, [...faults].sort()])
  }
})
