import { describe, expect, it } from 'vitest'
import { authorizationURL, start, tokensFor } from '../relying-party.ts'

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

  it('[SIM-3] counts how many times a fault was really used, until the reset', async () => {
    const op = await start()
    op.breakUntilReset('trustmark', '503')
    op.breakNext('trustmark', '429')
    op.breakNext('jwks', '503')
    for (let calls = 0; calls < 3; calls += 1) await fetch(`${op.issuer}trustmark`)
    expect(op.timesUsed('trustmark', '429')).toBe(1)
    expect(op.timesUsed('trustmark', '503')).toBe(2)
    expect(op.timesUsed('jwks', '503')).toBe(0)
    op.reset()
    expect(op.timesUsed('trustmark', '503')).toBe(0)
    // @ts-expect-error there is no such fault
    expect(() => op.timesUsed('trustmark', 'rusty')).toThrow(/rusty/)
  })

  it('[SIM-3] counts a fault of a token only when a token with it is sent', async () => {
    const op = await start()
    op.breakUntilReset('id-token', 'wrong-nonce')
    op.breakUntilReset('authorize', 'wrong-state')
    op.breakUntilReset('authorize', 'html')
    await fetch(authorizationURL(op), { redirect: 'manual' })
    expect(op.timesUsed('authorize', 'html')).toBe(1)
    expect(op.timesUsed('authorize', 'wrong-state')).toBe(0)
    expect(op.timesUsed('id-token', 'wrong-nonce')).toBe(0)
    op.reset()
    op.breakUntilReset('id-token', 'wrong-nonce')
    await tokensFor(op)
    expect(op.timesUsed('id-token', 'wrong-nonce')).toBe(1)
  })

  it('[SIM-3] belongs to one simulator', async () => {
    const [one, other] = [await start(), await start()]
    one.breakUntilReset('trustmark', '500')
    expect((await fetch(`${other.issuer}trustmark`)).status).toBe(200)
  })

  it('[SIM-3] lets faults of one place come together', async () => {
    const op = await start()
    op.breakUntilReset('id-token', 'wrong-nonce')
    op.breakUntilReset('id-token', 'missing-vot')
    const { idToken } = await tokensFor(op)
    const claims = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString()) as object
    expect(claims).toMatchObject({ nonce: 'another-nonce' })
    expect(claims).not.toHaveProperty('vot')
  })

  it('[SIM-3] refuses a place or a fault that there is not, and says which there are', async () => {
    const op = await start()
    // @ts-expect-error there is no such place
    expect(() => op.breakNext('fridge', '500')).toThrow(/'fridge'.*discovery.*logout-token/)
    // @ts-expect-error there is no such fault
    expect(() => op.breakNext('id-token', 'rusty')).toThrow(
      /Unknown fault 'rusty' of 'id-token'.*wrong-nonce/,
    )
    // @ts-expect-error it is a fault of another place
    expect(() => op.breakUntilReset('token', 'wrong-nonce')).toThrow(
      /Unknown fault 'wrong-nonce' of 'token'. Use one of .*refuse.*no-id-token/,
    )
  })
})
