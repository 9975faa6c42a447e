import { createPublicKey } from 'node:crypto'

/**
 * Returns the PEM of an RSA public key from PEM, with or without line breaks, or from its base64 body. Returns
 * nothing if the text is not such a key.
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
