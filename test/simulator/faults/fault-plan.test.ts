import { describe, expect, it } from 'vitest'
import { start } from '../relying-party.ts'

describe('the plan of faults', () => {
  it('[SIM-3] breaks as many uses as it was told, in that order, and then what lasts', async () => {
    const op = await start()
    const ask = async () => (await fetch(`${op.issuer}trustmark`)).status
    op.breakUntilReset('trustmark', '503')
    op.breakNext('trustmark', '429')
    op.breakNext('trustmark', '500')
    expect([await ask(), await ask(), await ask(), await ask()]).toEqual([429, 500, 503, 503])
    op.reset()
    expect(await ask()).toBe(200)
  })

  it('[SIM-3] is empty after reset, also of what has not come to pass', async () => {
    const op = await start()
    op.breakNext('trustmark', '500')
    op.reset()
    expect((await fetch(`${op.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] belongs to one simulator', async () => {
    const [one, other] = [await start(), await start()]
    one.breakUntilReset('trustmark', '500')
    expect((await fetch(`${other.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] refuses a place or a fault that there is not, and says which there are', async () => {
    const op = await start()
    // @ts-expect-error there is no such place
    expect(() => op.breakNext('fridge', '500')).toThrow(/'fridge'.*discovery.*logout-token/)
    // @ts-expect-error there is no such fault
    expect(() => op.breakNext('id-token', 'rusty')).toThrow(/'rusty' is no fault of 'id-token'.*wrong-nonce/)
    // @ts-expect-error it is a fault of another place
    expect(() => op.breakUntilReset('token', 'wrong-nonce')).toThrow(/its faults: refuse/)
  })
})
