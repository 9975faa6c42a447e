import { OneLoginError } from '../errors.ts'
import type { Signer } from '../options/signer.ts'

/**
 * Signs a JWT (JWS compact serialisation). jose can sign only with keys that it holds, so this function calls the
 * {@link Signer}, which may be a KMS.
 *
 * @param signer - signs, and provides `alg` and `kid` for the header
 * @param typ - the media type in the header, if there is one
 * @param claims - the payload
 * @param timeout - the longest time to wait for the signer, in seconds
 * @throws OneLoginError `signing_failed` if the signer failed or did not respond in time
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-7.1
 */
export async function signJwt(
  signer: Signer,
  typ: string | undefined,
  claims: Readonly<Record<string, unknown>>,
  timeout: number,
): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { alg: signer.alg, kid: signer.kid, ...(typ && { typ }) }
  const input = `${encode(header)}.${encode(claims)}`
  return `${input}.${(await signatureOf(Buffer.from(input), signer, timeout)).toString('base64url')}`
}

const late = Symbol('late')

async function signatureOf(data: Buffer, signer: Signer, timeout: number): Promise<Buffer> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<typeof late>((resolve) => {
    timer = setTimeout(resolve, timeout * 1000, late)
  })
  try {
    const signature = await Promise.race([signer.sign(data), deadline])
    if (signature !== late) return Buffer.from(signature)
  } catch (cause) {
    throw new OneLoginError(
      'signing_failed',
      'Your signer failed to sign a request to One Login. Check the key and the KMS. The cause of this error says what ' +
        'went wrong.',
      { cause },
    )
  } finally {
    clearTimeout(timer)
  }
  throw new OneLoginError(
    'signing_failed',
    `Your signer did not sign a request to One Login within ${timeout} s. Check the KMS and the network to it. The option ` +
      '"timeout" sets this limit.',
  )
}
