import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RecentIds } from '../../lib/session/recent-ids.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an ID that was seen', () => {
  const begin = Date.now()

  /** Remembers `first` at 0 ms and `second` at 600 ms, and returns what is known at a later time. */
  function knownAt(...times: number[]) {
    vi.setSystemTime(begin)
    const ids = new RecentIds(1000)
    ids.add('first')
    vi.setSystemTime(begin + 600)
    ids.add('second')
    return times.map((at) => {
      vi.setSystemTime(begin + at)
      return ['first', 'second', 'third'].filter((id) => ids.has(id))
    })
  }

  it('[CB-16] is known for its time, and at most for twice that time', () => {
    const both = ['first', 'second']
    expect(knownAt(600, 999, 1000, 1599, 1999, 2000)).toEqual([both, both, both, both, both, []])
  })

  it('[CB-16] is forgotten at the same time if nobody has asked since', () => {
    expect(knownAt(1999, 2000)).toEqual([['first', 'second'], []])
    expect(knownAt(2000)).toEqual([[]])
    expect(knownAt(5000)).toEqual([[]])
  })

  it('[CB-16] is known for its time if it is added after a pause', () => {
    vi.setSystemTime(begin)
    const ids = new RecentIds(1000)
    vi.setSystemTime(begin + 5500)
    ids.add('late')
    for (const [at, isKnown] of [
      [5999, true],
      [6499, true],
      [7499, true],
      [7500, false],
    ] as const) {
      vi.setSystemTime(begin + at)
      expect(ids.has('late')).toBe(isKnown)
    }
  })
})
