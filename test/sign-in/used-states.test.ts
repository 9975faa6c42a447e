import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UsedStates } from '../../lib/sign-in/used-states.ts'

describe('used states', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000)

  it('[CB-1] lets each state be used once', () => {
    const used = new UsedStates()
    expect([used.use('a'), used.use('b'), used.use('a'), used.use('b')]).toEqual([true, true, false, false])
  })

  it('[CB-1] remembers a state for as long as a code can live', () => {
    const used = new UsedStates()
    used.use('a')
    pass(299)
    expect(used.use('a')).toBe(false)
  })

  it('[CB-1] forgets states after that, so that it does not grow without end', () => {
    const used = new UsedStates()
    used.use('a')
    pass(200)
    used.use('b')
    pass(100)
    expect([used.use('a'), used.use('b')]).toEqual([true, false])
  })

  it('[CB-1] is one for each service: another does not know its states', () => {
    const used = new UsedStates()
    used.use('a')
    expect(new UsedStates().use('a')).toBe(true)
  })
})
