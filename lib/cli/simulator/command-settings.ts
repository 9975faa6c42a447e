import { parseURL } from '../../parsed-url.ts'
import type { ClientSettings } from '../../simulator/index.ts'
import { textOf, textsOf, UsageError, type FlagValues } from '../subcommand.ts'
import type { ConfiguredSimulatorSettings } from './configured-simulator.ts'
import { readOfficialEnvironment, valueOf } from './official-environment.ts'
import { readSettingsFile, type SettingsFile } from './settings-file.ts'

// 3000 and 3001 are the usual ports of services. 8080 and 9090 are those of the systems that services call.
const usualPort = 3535
const officialURL = 'http://localhost:3000/'

/** The settings of the command. */
export interface CommandSettings extends Omit<ConfiguredSimulatorSettings, 'url'> {
  readonly port: number
  readonly host: string
  /** The address of the simulator. If not set, it follows from the port. */
  readonly url: string | undefined
  /** Whether the PORT variable set the port. It does not change the address, as in the official simulator. */
  readonly isPortOnly: boolean
}

/** Reads the flags, the configuration file and the environment, in this order of priority. */
export async function readCommandSettings(
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CommandSettings> {
  const official = readOfficialEnvironment(env)
  const path = textOf(values, 'config')
  const file: SettingsFile = path === undefined ? {} : await readSettingsFile(path)
  const url = file.url ?? official.change.simulatorUrl
  const chosenPort = portOf(textOf(values, 'port')) ?? file.port
  const variablePort = portOf(valueOf(env, 'PORT'))
  const isPortOnly = chosenPort === undefined && variablePort !== undefined && url === undefined
  return {
    port: chosenPort ?? variablePort ?? portOfURL(url) ?? usualPort,
    host: textOf(values, 'host') ?? file.host ?? valueOf(env, 'HOST') ?? '127.0.0.1',
    url: isPortOnly ? officialURL : url,
    isPortOnly,
    interactive: values.interactive === true || (file.interactive ?? official.interactive),
    officialForm: values.interactive !== true && file.interactive === undefined && official.interactive,
    startOnly: official.startOnly,
    change: official.change,
    registration: { ...file.registration, ...callbacks(values, env, file.registration) },
    response: file.response,
    faults: file.faults,
  }
}

/** Returns the redirect URIs in `--callback`, and post-logout addresses on the same origins if none are set. */
function callbacks(
  values: FlagValues,
  env: Readonly<Record<string, string | undefined>>,
  registration: ClientSettings = {},
): ClientSettings {
  const redirectUris = textsOf(values, 'callback')
  if (redirectUris.length === 0) return {}
  const origins = redirectUris.map((uri) => {
    const url = /^https?:\/\//i.test(uri) ? parseURL(uri) : undefined
    if (url) return url.origin
    throw new UsageError(
      `--callback is "${uri}", which is not an http or https URL. Use a whole address such as http://localhost:3000/auth/callback.`,
    )
  })
  const { postLogoutRedirectUris, postLogoutRedirectURL } = registration
  const isSet = postLogoutRedirectUris ?? postLogoutRedirectURL ?? valueOf(env, 'POST_LOGOUT_REDIRECT_URLS')
  if (isSet !== undefined) return { redirectUris }
  const destinations = [...new Set(origins)].flatMap((origin) => [`${origin}/`, `${origin}/signed-out`])
  return { redirectUris, postLogoutRedirectUris: destinations }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new UsageError(`"${text}" is not a port number. Use a whole number from 0 to 65535.`)
}

/** Returns the port of an http address. */
function portOfURL(url: string | undefined): number | undefined {
  const port = url?.startsWith('http:') ? new URL(url).port : ''
  return port === '' ? undefined : Number(port)
}
