import { generateKeyPairSync } from 'node:crypto'
import { optionVariables } from '../../options/from-environment.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** A provider for any service, because it allows http. */
const provider: Variables = {
  ONE_LOGIN_ENVIRONMENT: undefined,
  ONE_LOGIN_ISSUER: 'http://127.0.0.1/',
  ONE_LOGIN_DID_DOCUMENT_URL: 'http://127.0.0.1/did.json',
  ONE_LOGIN_DID_CONTROLLER: 'did:web:127.0.0.1',
  ONE_LOGIN_CORE_IDENTITY_ISSUER: 'http://127.0.0.1/',
  ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
}

const required: Variables = {
  ONE_LOGIN_CLIENT_ID: 'client-id',
  ONE_LOGIN_CALLBACK_URL: 'http://127.0.0.1/callback',
}

/** Returns the variables with a valid value for one that is wrong or missing. These values are never sent. */
export function withoutFault(env: Variables, variable: string): Variables {
  const option = optionVariables[variable] ?? ''
  if (option.startsWith('environment')) return { ...env, ...provider }
  if (option === 'privateKey' || option === 'clientSecret') {
    const { privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    return { ...env, ONE_LOGIN_PRIVATE_KEY: privateKey, ONE_LOGIN_CLIENT_SECRET: undefined }
  }
  return { ...env, [variable]: required[variable] }
}
