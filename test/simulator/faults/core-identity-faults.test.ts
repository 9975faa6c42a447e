import { decodeProtectedHeader, importJWK, jwtVerify, type JWK } from 'jose'
import { simulatorFaults, type Simulator } from 'passport-govuk-one-login/simulator'
import { describe, expect, it } from 'vitest'
import { identityFor, now, start, vocabulary } from '../relying-party.ts'

interface DidDocument {
  readonly id: string
  readonly assertionMethod: readonly { readonly id: string; readonly publicKeyJwk: JWK }[]
}

interface Credential {
  readonly credentialSubject: {
    readonly name: readonly {
      readonly nameParts: readonly { readonly type: string; readonly value: string }[]
    }[]
    readonly birthDate: readonly { readonly value: string }[]
  }
}

/** Everything a service has to check of a core identity, written down here once more and on its own. */
async function verify(op: Simulator, body: Record<string, unknown>): Promise<void> {
  const { didDocumentURL, didController, coreIdentityIssuer } = op.options.environment
  const jwt = String(body[`${vocabulary}coreIdentityJWT`])
  const document = (await (await fetch(didDocumentURL)).json()) as DidDocument
  const { kid = '', alg } = decodeProtectedHeader(jwt)
  const [controller, fragment] = kid.split('#')
  if (fragment === undefined || controller !== document.id || controller !== didController)
    throw new Error('controller')
  const method = document.assertionMethod.find(({ id }) => id === kid)
  if (!method) throw new Error('kid')
  if (alg !== 'ES256') throw new Error('alg')
  const { payload } = await jwtVerify(jwt, await importJWK(method.publicKeyJwk, 'ES256'), {
    algorithms: ['ES256'],
    issuer: coreIdentityIssuer,
    audience: op.options.clientId,
    subject: String(body.sub),
    requiredClaims: ['exp', 'iat'],
    currentDate: new Date(op.clock.now()),
  })
  if (Number(payload.iat) > now(op) + 30) throw new Error('iat')
  if (payload.vot !== 'P2') throw new Error('vot')
  checkSubject((payload.vc as Credential).credentialSubject)
}

function checkSubject({ name, birthDate }: Credential['credentialSubject']): void {
  const parts = name.flatMap(({ nameParts }) => nameParts.map(({ type, value }) => ({ type, value })))
  if (parts.length === 0) throw new Error('no name')
  for (const { type, value } of parts) {
    if (!['GivenName', 'FamilyName'].includes(type) || typeof value !== 'string') throw new Error('name')
  }
  if (birthDate.length === 0) throw new Error('no birth date')
  for (const { value } of birthDate.map((date) => date)) {
    if (!/^\d{4}-\d\d-\d\d$/.test(value) || Number.isNaN(Date.parse(value))) throw new Error('birth date')
  }
}

describe('a fault of the core identity', () => {
  it('[SIM-3] is not there unless it is asked for', async () => {
    const op = await start()
    await expect(verify(op, await identityFor(op))).resolves.toBeUndefined()
  })

  it.each(simulatorFaults['core-identity'])(
    '[SIM-3] [CID-1] to [CID-9], [CID-12] makes the identity unacceptable: %s',
    async (fault) => {
      const op = await start()
      op.breakNext('core-identity', fault)
      await expect(verify(op, await identityFor(op))).rejects.toThrow()
      await expect(verify(op, await identityFor(op))).resolves.toBeUndefined()
    },
  )
})
