import { expect, it } from 'vitest'
import {
  decisiveFaults,
  identityFaults,
  logoutFaults,
  signInFaults,
} from '../../lib/cli/conformance/fault-catalogue.ts'
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
