import { createHash, createPublicKey } from 'node:crypto'
import type { PublicJwk, Signer } from 'passport-govuk-one-login'

/** The part of AWS KMS that is used. `new KMS({})` from @aws-sdk/client-kms has it. */
export interface Kms {
  getPublicKey(input: { KeyId: string }): Promise<{ PublicKey?: Uint8Array | undefined }>
  sign(input: {
    KeyId: string
    Message: Uint8Array
    MessageType: 'DIGEST'
    SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256'
  }): Promise<{ Signature?: Uint8Array | undefined }>
}

/** Signs with a key that never leaves the KMS: RSA_2048 or longer, key usage SIGN_VERIFY. */
export async function createKmsSigner(kms: Kms, KeyId: string): Promise<Signer> {
  const { PublicKey = new Uint8Array() } = await kms.getPublicKey({ KeyId })
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' })
  const { n, e } = key.export({ format: 'jwk' }) as PublicJwk
  return {
    kid: createHash('sha256').update(PublicKey).digest('base64url'),
    alg: 'RS256',
    publicJwk: { kty: 'RSA', n, e },
    async sign(data) {
      const { Signature } = await kms.sign({
        KeyId,
        Message: createHash('sha256').update(data).digest(),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
      })
      if (!Signature) throw new Error('The KMS returned no signature')
      return Signature
    },
  }
}
