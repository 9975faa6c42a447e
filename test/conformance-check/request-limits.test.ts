import { describe, expect, it } from 'vitest'
import { checked } from './checked.ts'
import { startOtherService } from './other-service.ts'
import type { RequirementResult } from '../../lib/cli/conformance/results.ts'

const verdicts = (results: readonly RequirementResult[]) =>
  Object.fromEntries(results.map(({ id, verdict }) => [id, verdict]))

const reasons = (results: readonly RequirementResult[], id: string) =>
  results.find((result) => result.id === id)?.checks.map(({ seen }) => seen)

describe('a service that limits requests', { timeout: 60_000 }, () => {
  it('[CHK-2] is neither broken nor kept in checks where it returned 429', async () => {
    const only = ['requests', 'callback', 'sign-out', 'back-channel', 'people']
    const found = await checked((op) => startOtherService(op, { limit: 150 }), { only })
    const late = ['several-tabs', 'sign-out-session', 'logout-ends-sessions', 'every-user', 'logout-call']
    expect(verdicts(found)).toMatchObject({ state: 'kept', 'login-csrf': 'kept' })
    for (const id of late) expect([id, verdicts(found)[id]]).toEqual([id, 'not observable'])
    expect(found.filter(({ verdict }) => verdict === 'broken' || verdict === 'crashed')).toEqual([])
    expect(reasons(found, 'several-tabs')).toEqual(['The service limits how many requests it takes (429).'])
  })
})
