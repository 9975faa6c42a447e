import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { RecentIds } from '../../lib/session/recent-ids.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('an ID that was seen', () => {
  it('[CB-16] is known until its time is over, each by its own time', () => {
    const ids = new RecentIds(1000)
    const begin = Date.now()
    ids.add('first')
    vi.setSystemTime(begin + 600)
    ids.add('second')
    const known = (at: number) => {
      vi.setSystemTime(begin + at)
      return [ids.has('first'), ids.has('second'), ids.has('third')]
    }
    expect(known(999)).toEqual([true, true, false])
    expect(known(1000)).toEqual([false, true, false])
    expect(known(1599)).toEqual([false, true, false])
    expect(known(1600)).toEqual([false, false, false])
  })
})
