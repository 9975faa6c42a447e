import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Subcommand } from './subcommand.ts'
import { readCommandSettings, type CommandSettings } from './simulator/command-settings.ts'
import { handleConfigCall } from './simulator/config-endpoint.ts'
import { ConfiguredSimulator } from './simulator/configured-simulator.ts'
import { handleFormSubmit } from './simulator/form-endpoint.ts'
import { openPort } from './simulator/port.ts'
import { RequestLines } from './simulator/request-lines.ts'
import { dotenvLine, serviceVariables } from './simulator/service-variables.ts'
import { coloured, writeJson, writeLine, type Terminal } from './terminal.ts'

const help = `Usage: passport-govuk-one-login simulator [flags]

Runs a GOV.UK One Login simulator, for a service in any language, until you stop it (Ctrl-C). It checks requests as
strictly as One Login does and shows what is wrong with each request. It prints the variables that point a service
to it, for your .env file. You can use it instead of the official simulator: it reads the same environment variables
(CLIENT_ID, REDIRECT_URLS, PUBLIC_KEY …) and serves /config.

Flags:
  --callback URL    a redirect URI of your service, such as http://localhost:3000/auth/callback. You can use
                    this flag more than once
  --port PORT       the port (default: PORT, or the port of SIMULATOR_URL, or 3535). 0 chooses a free one
  --host HOST       the address to listen on (default: HOST, or 127.0.0.1)
  --config FILE     a JSON file with registration, response and faults
  --interactive     shows a page on which you choose who signs in
  --json            writes one line of JSON for each event
  --help            this text

Exit codes: 0 stopped, 1 it could not start, 2 invalid arguments.
`

/** `simulator`: runs the simulator. */
export const simulatorCommand: Subcommand = {
  help,
  flags: {
    callback: { type: 'string', multiple: true },
    port: { type: 'string' },
    host: { type: 'string' },
    config: { type: 'string' },
    interactive: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  async run(values, terminal) {
    const asJson = values.json === true
    const settings = await readCommandSettings(values, terminal.env)
    const lines = new RequestLines(terminal, asJson)
    // The port is opened first, because its number is part of the simulator's address. Requests that arrive before
    // the simulator is ready wait for it.
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
      announce(simulator, settings, port.number, asJson, terminal)
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
  const path = simulator.localise(req)
  if (/^\/config\/?$/i.test(path)) {
    await handleConfigCall(simulator, req, res)
    return
  }
  if (simulator.hasOfficialForm && req.method === 'POST' && path === '/form-submit') {
    await handleFormSubmit(simulator, req, res)
    return
  }
  lines.follow(simulator, res)
  simulator.handle(req, res)
}

function announce(
  simulator: ConfiguredSimulator,
  { isPortOnly }: CommandSettings,
  port: number,
  asJson: boolean,
  { stdout }: Terminal,
): void {
  const { url } = simulator.simulator
  const variables = serviceVariables(simulator)
  // Scripts that start the official simulator wait for this line.
  const message = `Server is running at http://localhost:${port}`
  if (asJson) {
    writeJson(stdout, { event: 'listening', port, url, variables, message })
    return
  }
  writeLine(stdout, `# GOV.UK One Login simulator: ${coloured(stdout, 'bold', url)}`)
  if (isPortOnly)
    writeLine(stdout, '# PORT sets only the port. To change the address too, use --port or SIMULATOR_URL.')
  writeLine(stdout, '# Put these variables into the .env file of your service:')
  for (const [name, value] of Object.entries(variables)) writeLine(stdout, dotenvLine(name, value))
  writeLine(stdout, `\n${message}`)
  writeLine(stdout, coloured(stdout, 'dim', 'Press Ctrl-C to stop it. Requests:'))
}
