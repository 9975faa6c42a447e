import * as v from 'valibot'
import { openWireObject, wireObject } from '../wire-object.ts'
import { importVerificationKeys, type VerificationKeys } from './verification-keys.ts'

const didDocumentSchema = v.object({
  id: v.string(),
  assertionMethod: v.array(v.unknown()),
})

const methodSchema = wireObject({
  id: v.string(),
  controller: v.optional(v.string()),
  publicKeyJwk: openWireObject({}),
})

/**
 * Reads the identity keys from a DID document.
 *
 * @param json - the document as it was downloaded
 * @param controller - the trusted controller: the `id` that the document must have
 * @returns the keys in `assertionMethod` that belong to the controller, by their full ID
 * @throws Error with a reason if the document belongs to another controller or has no usable key
 * @see https://www.w3.org/TR/did-core/#assertion
 */
export function readDidDocument(json: unknown, controller: string): VerificationKeys {
  const document = v.safeParse(didDocumentSchema, json)
  if (!document.success) throw new Error('it is not a DID document')
  if (document.output.id !== controller) throw new Error(`its "id" is not ${controller}`)
  const methods = document.output.assertionMethod
    .map((method) => v.safeParse(methodSchema, method))
    .filter((method) => method.success)
    .map(({ output }) => output)
    .filter(
      (method) => method.id.startsWith(`${controller}#`) && (method.controller ?? controller) === controller,
    )
  const keys = importVerificationKeys(
    methods.map(({ id, publicKeyJwk }) => ({ kid: id, jwk: publicKeyJwk })),
    ['ES256'],
  )
  if (keys.size === 0) throw new Error('it has no usable key')
  return keys
}
