import { OneLoginError } from '../errors.ts'
import type { OneLoginOptions } from './one-login-options.ts'
import { noteVariables, variablesOf } from './option-variable.ts'
import { optionsSchema } from './strategy-options-schema.ts'

const variables = variablesOf(optionsSchema)

/**
 * Each variable and the option that it sets, written as in messages: `session.absolute`.
 *
 * @internal
 */
export const optionVariables: Readonly<Record<string, string>> = Object.fromEntries(
  variables.map(({ variable, path }) => [variable, path.join('.')]),
)

/**
 * Reads the strategy's options from environment variables named `ONE_LOGIN_*`. `docs/reference/options.md` lists
 * them. An empty variable counts as not set. The constructor of the strategy checks the options, and an error about
 * one of them names its variable.
 *
 * @param env - typically `process.env`
 * @throws OneLoginError `invalid_option` if `ONE_LOGIN_ENVIRONMENT` and `ONE_LOGIN_ISSUER` are both set
 *
 * @example
 * ```ts
 * const oneLogin = new OneLoginStrategy(optionsFromEnvironment(process.env))
 * ```
 */
export function optionsFromEnvironment(env: Readonly<Record<string, string | undefined>>): OneLoginOptions {
  const options = {} as Record<string, unknown> & OneLoginOptions
  for (const { variable, path, read } of variables) {
    const text = env[variable]?.trim()
    if (!text) continue
    const [name, member] = path
    if (member === undefined) options[name] = read(text)
    else if (typeof options[name] === 'string')
      throw new OneLoginError(
        'invalid_option',
        `ONE_LOGIN_ENVIRONMENT and ${variable} are both set. Remove ONE_LOGIN_ENVIRONMENT if you use a simulator, or ${variable} if you do not.`,
        { option: 'environment' },
      )
    else options[name] = { ...(options[name] as object | undefined), [member]: read(text) }
  }
  noteVariables(options, variables)
  return options
}
