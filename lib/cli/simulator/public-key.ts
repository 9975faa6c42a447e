import { createPublicKey } from 'node:crypto'

/**
 * The PEM of an RSA public key that was given as PEM, with or without line breaks, or as the body of one; none when
 * it is no such key.
 */
export function publicKeyPem(text: string): string | undefined {
  const body = text
    .replaceAll('\\n', '\n')
    .replace(/-----[A-Z ]+-----/g, '')
    .replace(/\s+/g, '')
  try {
    const key = createPublicKey({ key: Buffer.from(body, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType !== 'rsa') return undefined
    return key.export({ type: 'spki', format: 'pem' }).toString()
  } catch {
    return undefined
  }
}
