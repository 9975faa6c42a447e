import { OneLoginError } from '../errors.ts'
import type { Signer } from '../options/signer.ts'

/**
 * Signs a JWT (JWS compact serialisation). Written here because jose signs with keys it holds, never with a
 * {@link Signer}, and a key that stays in a KMS must do wherever a key does.
 *
 * @param signer - signs, and gives `alg` and `kid` for the header
 * @param typ - the header's media type, when there is one
 * @param claims - the payload
 * @throws OneLoginError `signing_failed` when the signer did
 * @see https://www.rfc-editor.org/rfc/rfc7515#section-7.1
 */
export async function signJwt(
  signer: Signer,
  typ: string | undefined,
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const header = { alg: signer.alg, kid: signer.kid, ...(typ && { typ }) }
  const input = `${encode(header)}.${encode(claims)}`
  try {
    return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`
  } catch (cause) {
    throw new OneLoginError(
      'signing_failed',
      'The signer of this service failed to sign a request to One Login.',
      {
        cause,
      },
    )
  }
}
