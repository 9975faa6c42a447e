import { describe, expect, it } from 'vitest'
import { decodeJwt } from '../../lib/simulator/keys/jwt.ts'

const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const [header, claims] = [segment({ alg: 'ES256' }), segment({ sub: 'a-user' })]

describe('a JWT that a service sends to the simulator', () => {
  it('is decoded without a check of its signature', () => {
    expect(decodeJwt(`${header}.${claims}.c2ln`)).toEqual({
      header: { alg: 'ES256' },
      claims: { sub: 'a-user' },
      signingInput: `${header}.${claims}`,
      signature: Buffer.from('sig'),
    })
  })

  it.each([
    ['no text', ''],
    ['one segment', header],
    ['two segments', `${header}.${claims}`],
    ['four segments', `${header}.${claims}.c2ln.c2ln`],
    ['a header that is not JSON', `abc.${claims}.c2ln`],
    ['a header that is a list', `${segment(['ES256'])}.${claims}.c2ln`],
    ['a header that is null', `${segment(null)}.${claims}.c2ln`],
    ['claims that are text', `${header}.${segment('a-user')}.c2ln`],
    ['no algorithm', `${segment({ kid: 'a' })}.${claims}.c2ln`],
    ['an algorithm that is not text', `${segment({ alg: 256 })}.${claims}.c2ln`],
  ])('is not decoded if it has %s', (_what, compact) => {
    expect(decodeJwt(compact)).toBeUndefined()
  })
})
