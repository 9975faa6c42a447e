import { createPublicKey, generateKeyPairSync, privateEncrypt } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { startPair } from '../support/simulator.ts'
import { createKmsSigner, type Kms } from './examples/kms-signer.ts'

/** RFC 8017, 9.2: the bytes before a SHA-256 digest in an RSASSA-PKCS1-v1_5 signature. */
const sha256Prefix = Buffer.from('3031300d060960864801650304020105000420', 'hex')

/** Signs as AWS KMS does: it receives the digest and never returns the key. */
function startKms(): { kms: Kms; publicKey: string } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    kms: {
      getPublicKey: () => Promise.resolve({ PublicKey: publicKey.export({ type: 'spki', format: 'der' }) }),
      sign: ({ Message }) =>
        Promise.resolve({ Signature: privateEncrypt(privateKey, Buffer.concat([sha256Prefix, Message])) }),
    },
  }
}

describe('the KMS signer of the guide', () => {
  it('[KEY-3] signs a user in with a key that stays in the KMS, and is published', async () => {
    const { kms, publicKey } = startKms()
    const signer = await createKmsSigner(kms, 'alias/one-login')
    await using pair = await startPair({
      simulator: { client: { publicKeys: [publicKey], requestObjectRequired: true } },
      options: { privateKey: undefined, signer },
    })
    const page = await pair.browser().visit(`${pair.service.url}/identity`)
    expect(page).toMatchObject({ status: 200, url: `${pair.service.url}/identity` })
    const published = await pair.browser().send(`${pair.service.url}/.well-known/jwks.json`)
    const { keys } = JSON.parse(published.body) as { keys: { kid: string; n: string }[] }
    const { n } = createPublicKey(publicKey).export({ format: 'jwk' })
    expect(keys).toEqual([expect.objectContaining({ kid: signer.kid, n })])
  })
})
