import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { signerFromPrivateKey } from '../../lib/options/private-key.ts'
import { isSignature, signingAlgorithms, verifyingSigner, type Signer } from '../../lib/options/signer.ts'

const jwkOf = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ format: 'jwk' })
const jwk = jwkOf(2048)
const signer = signerFromPrivateKey(jwk)
const data = Buffer.from('data to sign')
const signature = await signer.sign(data)
const signing = (sign: (data: Uint8Array) => unknown): Signer =>
  verifyingSigner({ ...signer, sign: sign as Signer['sign'] })

describe('a signer of the service', () => {
  it.each(signingAlgorithms)('[KEY-5] returns its signature with %s', async (alg) => {
    const other = signerFromPrivateKey({ ...jwk, alg })
    const verifying = verifyingSigner(other)
    const { publicJwk } = signer
    expect(verifying).toMatchObject({ kid: other.kid, alg, publicJwk })
    expect(isSignature(await verifying.sign(data), data, { alg, publicJwk })).toBe(true)
  })

  it('[KEY-5] may be an object with a method', async () => {
    const kms = {
      ...signer,
      secret: signature,
      sign() {
        return Promise.resolve(this.secret)
      },
    }
    expect(await verifyingSigner(kms).sign(data)).toBe(signature)
  })

  it.each<[string, (data: Uint8Array) => unknown]>([
    ['of other data', () => signer.sign(Buffer.from('other data'))],
    ['of another key', (data) => signerFromPrivateKey(jwkOf(2048)).sign(data)],
    ['with another algorithm', (data) => signerFromPrivateKey({ ...jwk, alg: 'PS256' }).sign(data)],
    ['with another hash', (data) => signerFromPrivateKey({ ...jwk, alg: 'RS512' }).sign(data)],
    ['that was cut off', () => signature.subarray(1)],
    ['that is empty', () => new Uint8Array()],
    ['as text', () => Buffer.from(signature).toString('base64')],
    ['as a list of numbers', () => [...signature]],
    ['that is missing', () => undefined],
  ])('[KEY-5] is rejected with a signature %s', async (_what, sign) => {
    await expect(signing(sign).sign(data)).rejects.toThrow(
      'The signature is not one of "data" by "publicJwk" with "alg".',
    )
  })

  it('[KEY-6] passes its own error on', async () => {
    const outage = new Error('KMS is down')
    await expect(signing(() => Promise.reject(outage)).sign(data)).rejects.toBe(outage)
  })

  it('[KEY-4] cannot be changed afterwards', () => {
    expect(Object.isFrozen(verifyingSigner(signer))).toBe(true)
  })
})
