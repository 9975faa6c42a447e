import { readInputFile } from '../input-file.ts'
import { publicKeyPem } from '../simulator/public-key.ts'
import { choiceOf, textOf, textsOf, UsageError, type FlagValues, type Subcommand } from '../subcommand.ts'
import { isAllowed } from './allowed-hosts.ts'
import { requirementIds } from './catalogue/catalogue.ts'
import { phases } from './catalogue/requirement.ts'
import type { Credentials, Settings } from './settings.ts'
import { suggestion } from '../nearest-name.ts'
import { parseURL } from '../../parsed-url.ts'

/** The flags that set what is checked. */
export const settingFlags = {
  page: { type: 'string' },
  'identity-page': { type: 'string' },
  'identity-start': { type: 'string' },
  'identity-text': { type: 'string' },
  'sign-out': { type: 'string' },
  'back-channel': { type: 'string' },
  'public-key': { type: 'string' },
  jwks: { type: 'string' },
  'client-secret': { type: 'string' },
  'id-token-alg': { type: 'string' },
  press: { type: 'string', multiple: true },
  cookie: { type: 'string', multiple: true },
  header: { type: 'string', multiple: true },
  timeout: { type: 'string' },
  'start-timeout': { type: 'string' },
  only: { type: 'string', multiple: true },
  skip: { type: 'string', multiple: true },
  slow: { type: 'boolean' },
  'allow-host': { type: 'string', multiple: true },
} as const satisfies Subcommand['flags']

/**
 * Reads the settings from the flags.
 *
 * @throws UsageError if a flag is not valid
 */
export async function readSettings(values: FlagValues): Promise<Settings> {
  const page = addressOf(values, 'page')
  if (!page)
    throw new UsageError(
      '--page is missing. Add --page URL, with a page of your service that needs a signed-in user.',
    )
  const command = textsOf(values, '--')
  return {
    page,
    identityPage: addressOf(values, 'identity-page'),
    identityStart: addressOf(values, 'identity-start'),
    identityText: patternOf(values, 'identity-text'),
    signOut: addressOf(values, 'sign-out'),
    backChannel: addressOf(values, 'back-channel'),
    allowedHosts: textsOf(values, 'allow-host'),
    credentials: await credentialsOf(values, command.length > 0),
    idTokenAlg: choiceOf(values, 'id-token-alg', ['ES256', 'RS256']) ?? 'ES256',
    press: textsOf(values, 'press'),
    cookies: textsOf(values, 'cookie').map(checkCookie),
    headers: Object.fromEntries(textsOf(values, 'header').map(headerOf)),
    timeout: durationOf(values, 'timeout') ?? 15_000,
    startTimeout: durationOf(values, 'start-timeout') ?? 60_000,
    only: namesOf(values, 'only'),
    skip: namesOf(values, 'skip'),
    slow: values.slow === true,
    command,
  }
}

function addressOf(values: FlagValues, flag: string): URL | undefined {
  const text = textOf(values, flag)
  if (text === undefined) return undefined
  const url = /^https?:\/\//.test(text) ? parseURL(text) : undefined
  if (!url)
    throw new UsageError(
      `--${flag} is "${text}", which is not a whole address. Use an address such as http://127.0.0.1:3000/account.`,
    )
  if (!isAllowed(url, textsOf(values, 'allow-host')))
    throw new UsageError(
      `--${flag}: ${url.hostname} is not this machine. This command attacks the service. If it is yours, add --allow-host ${url.hostname}.`,
    )
  return url
}

function patternOf(values: FlagValues, flag: string): RegExp | undefined {
  const text = textOf(values, flag)
  if (text === undefined) return undefined
  try {
    return new RegExp(text)
  } catch {
    throw new UsageError(
      `--${flag} is "${text}", which is not a regular expression. Check its brackets, and escape special characters.`,
    )
  }
}

async function credentialsOf(values: FlagValues, isStarted: boolean): Promise<Credentials> {
  const [file, jwks, secret] = ['public-key', 'jwks', 'client-secret'].map((flag) => textOf(values, flag))
  if ([file, jwks, secret].filter((text) => text !== undefined).length > 1)
    throw new UsageError(
      'More than one of --public-key, --jwks and --client-secret is set. Use only one of them.',
    )
  if (secret !== undefined) return { clientSecret: secret }
  if (jwks !== undefined) return { jwksURL: addressOf(values, 'jwks')?.href ?? jwks }
  if (file !== undefined) return { publicKey: await publicKeyOf(file) }
  if (isStarted) return 'ready-key'
  throw new UsageError(
    'No flag says how your service authenticates. Add --public-key FILE, --jwks URL or --client-secret SECRET.',
  )
}

async function publicKeyOf(file: string): Promise<string> {
  const pem = publicKeyPem(await readInputFile('public-key', file))
  if (pem !== undefined) return pem
  throw new UsageError(
    `--public-key: ${file} is not an RSA public key in PEM. Use the public key of the key that your service signs with.`,
  )
}

function checkCookie(text: string): string {
  if (/^[^=;\s]+=[^;]*$/.test(text)) return text
  throw new UsageError(`--cookie is "${text}", which is not a cookie. Write it as NAME=VALUE.`)
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined)
    throw new UsageError(`--header is "${text}", which is not a header. Write it as "Name: value".`)
  return [name.toLowerCase(), value]
}

function durationOf(values: FlagValues, flag: string): number | undefined {
  const text = textOf(values, flag)
  if (text === undefined) return undefined
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text) ?? []
  const milliseconds = Number(number) * (unit === 'ms' ? 1 : 1000)
  if (milliseconds > 0) return milliseconds
  throw new UsageError(`--${flag} is "${text}", which is not a time. Use a time such as 15s or 500ms.`)
}

/** Returns the names of requirements and phases, separated by commas or in several flags. */
function namesOf(values: FlagValues, flag: string): string[] {
  const names = textsOf(values, flag).flatMap((text) => text.split(',').map((name) => name.trim()))
  const known: readonly string[] = [...requirementIds, ...phases]
  const unknown = names.find((name) => !known.includes(name))
  if (unknown === undefined) return names
  throw new UsageError(
    `--${flag}: unknown requirement or phase "${unknown}". ${suggestion(unknown, known)}Use --list to see all.`,
  )
}
