import type { IncomingMessage, ServerResponse } from 'node:http'
import { textOf, UsageError, type FlagValues, type Subcommand } from './subcommand.ts'
import { handleConfigCall } from './simulator/config-endpoint.ts'
import { readOfficialEnvironment } from './simulator/official-environment.ts'
import { openPort } from './simulator/port.ts'
import { RequestLines } from './simulator/request-lines.ts'
import { readSettingsFile, type SettingsFile } from './simulator/settings-file.ts'
import { ConfiguredSimulator, type ConfiguredSimulatorSettings } from './simulator/configured-simulator.ts'
import { serviceVariables } from './simulator/service-variables.ts'
import { coloured, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: passport-govuk-one-login simulator [flags]

Runs a GOV.UK One Login simulator, for a service in any language, until it is stopped (Ctrl-C). It behaves as
One Login does, strictness included, says on each request what was wrong with it, and prints the variables that
point a service to it. It takes the environment variables of the official simulator (CLIENT_ID, REDIRECT_URLS,
PUBLIC_KEY …) and its calls of /config.

Flags:
  --port PORT       the port (default: PORT of the environment, or 3000; 0 for a free one)
  --host HOST       the address to listen on (default: HOST of the environment, or 127.0.0.1)
  --config FILE     registration, response and faults in a JSON file
  --interactive     shows a page on which you choose who signs in
  --json            writes one line of JSON for each event
  --help            this text

Exit codes: 0 stopped, 1 it could not start, 2 called in a wrong way.
`

/** `simulator`: runs the simulator. */
export const simulatorCommand: Subcommand = {
  help,
  flags: {
    port: { type: 'string' },
    host: { type: 'string' },
    config: { type: 'string' },
    interactive: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(values, terminal) {
    const asJson = values.json === true
    const settings = await readSettings(values, terminal)
    const lines = new RequestLines(terminal, asJson)
    // The port is opened first: its number is part of the address that the simulator goes by. Who calls before the
    // simulator is made has to wait for it.
    let starting: Promise<ConfiguredSimulator> | undefined
    const port = await openPort(settings.port, settings.host, (req, res) => {
      starting?.then((simulator) => handle(simulator, lines, req, res)).catch(() => res.destroy())
    })
    try {
      starting = ConfiguredSimulator.start({
        ...settings,
        url: settings.url ?? `http://localhost:${port.number}/`,
      })
      const simulator = await starting
      announce(simulator, port.number, asJson, terminal)
      await terminal.interruption()
      await simulator.close()
    } finally {
      await port.close()
    }
    return 0
  },
}

async function handle(
  simulator: ConfiguredSimulator,
  lines: RequestLines,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.url?.split('?')[0] === '/config') {
    await handleConfigCall(simulator, req, res)
    return
  }
  lines.follow(simulator, res)
  simulator.handle(req, res)
}

interface CommandSettings extends Omit<ConfiguredSimulatorSettings, 'url'> {
  readonly port: number
  readonly host: string
  /** Without it, the port says. */
  readonly url: string | undefined
}

/** Flags go before the configuration file, and that before the environment. */
async function readSettings(values: FlagValues, { env }: Terminal): Promise<CommandSettings> {
  const official = readOfficialEnvironment(env)
  const path = textOf(values, 'config')
  const file: SettingsFile = path === undefined ? {} : await readSettingsFile(path)
  const { registration, response, faults } = file
  return {
    port: portOf(textOf(values, 'port')) ?? file.port ?? portOf(env.PORT) ?? 3000,
    host: textOf(values, 'host') ?? file.host ?? env.HOST ?? '127.0.0.1',
    url: file.url ?? official.change.simulatorUrl,
    interactive: values.interactive === true || (file.interactive ?? official.interactive),
    startOnly: official.startOnly,
    change: official.change,
    registration,
    response,
    faults,
  }
}

function portOf(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new UsageError(`"${text}" is not the number of a port.`)
}

function announce(simulator: ConfiguredSimulator, port: number, asJson: boolean, { stdout }: Terminal): void {
  const { url } = simulator.simulator
  const variables = serviceVariables(simulator)
  if (asJson) {
    writeJson(stdout, { event: 'listening', port, url, variables })
    return
  }
  writeLine(stdout, `The GOV.UK One Login simulator is at ${coloured(stdout, 'bold', url)}`)
  writeLine(stdout, 'A service that reads these variables uses it:\n')
  for (const [name, value] of Object.entries(variables)) writeLine(stdout, `${name}=${value}`)
  writeLine(stdout, `\n${coloured(stdout, 'dim', 'Ctrl-C stops it. Requests:')}`)
}
