import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { timeLeft } from '../../lib/session/expiry.ts'

const now = Date.parse('2026-08-01T12:00:00Z') / 1000
const signedIn = { startedAt: now - 500, completedAt: now - 300 }

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] }).setSystemTime(now * 1000)
})
afterEach(() => {
  vi.useRealTimers()
})

describe('the time that a session has left', () => {
  it.each([
    ['without an idle limit', { absolute: 3600 }, undefined, { absolute: 3100, idle: Infinity }],
    ['before any activity', { absolute: 3600, idle: 900 }, undefined, { absolute: 3100, idle: 600 }],
    ['after activity', { absolute: 3600, idle: 900 }, now - 100, { absolute: 3100, idle: 800 }],
    [
      'after activity before One Login',
      { absolute: 3600, idle: 900 },
      now - 400,
      { absolute: 3100, idle: 600 },
    ],
    ['past both limits', { absolute: 400, idle: 200 }, undefined, { absolute: -100, idle: -100 }],
  ])(
    '[SESS-5] counts from its beginning, and from the last activity or callback: %s',
    (_what, session, seen, left) => {
      // prettier-ignore
      expect(timeLeft({ session } as Parameters<typeof timeLeft>[0], signedIn, seen)).toEqual(left)
    },
  )
})
