import { optionsFromEnvironment, optionVariables } from '../../lib/options/from-environment.ts'
import { parseStrategyOptions } from '../../lib/options/strategy-options.ts'
import { isOneLoginError } from '../../lib/errors.ts'
import { demand } from '../refusals.ts'

const names = Object.keys(optionVariables)
const secrets = ['ONE_LOGIN_PRIVATE_KEY', 'ONE_LOGIN_CLIENT_SECRET']

const good: Readonly<Record<string, string>> = {
  ONE_LOGIN_ENVIRONMENT: 'integration',
  ONE_LOGIN_CLIENT_ID: 'a-service',
  ONE_LOGIN_CALLBACK_URL: 'https://service.example/auth/callback',
  ONE_LOGIN_CLIENT_SECRET: 'the-secret-of-the-service',
}

/** Environment variables. Each line is the number of a variable and its value. */
export function fuzz(data: Buffer): void {
  const given = data
    .toString()
    .split('\n')
    .map((line) => [names[(line.charCodeAt(0) || 0) % names.length] ?? '', line.slice(1)] as const)
  const env: Readonly<Record<string, string>> = { ...good, ...Object.fromEntries(given) }
  try {
    const settings = parseStrategyOptions(optionsFromEnvironment(env))
    demand(settings.environment.issuer.startsWith('http'), 'no issuer')
    demand(settings.timeout > 0 && settings.timeout <= 60, 'a deadline out of bounds')
    demand(settings.scope.includes('openid'), 'a scope without openid')
    if (settings.signIn.trust.identity) demand(settings.signIn.hasKey, 'an identity without a key')
  } catch (error) {
    if (!isOneLoginError(error) || error.code !== 'invalid_option') throw error
    for (const name of secrets) {
      const secret = env[name]?.trim() ?? ''
      // Text that is also in another variable does not come from the secret.
      const isElsewhere = Object.entries(env).some(
        ([other, value]) => other !== name && value.includes(secret),
      )
      if (secret.length > 12 && !isElsewhere)
        demand(!error.message.includes(secret), `the message shows ${name}`)
    }
  }
}
