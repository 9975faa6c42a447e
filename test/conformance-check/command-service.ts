import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { startCarefulService } from './careful-service.ts'

/**
 * A service as the command starts it: `node command-service.ts PORT HABIT [FILE]`. The habits: `none`; `quits` before it
 * listens; `talks` more than a pipe holds; `has-a-child` that ignores SIGTERM, with its process ID in FILE; `stops` when
 * a callback has two states; `is-a-child` that stops, of a process that goes on; `quits-in-colour`; `moves-the-cursor`
 * by the name of a cookie.
 */
const [port = '', habit = '', file = ''] = process.argv.slice(2)

function start(): Promise<unknown> {
  const read = (name: string) => process.env[`ONE_LOGIN_${name}`] ?? ''
  return startCarefulService({
    port: Number(port),
    options: {
      environment: {
        issuer: read('ISSUER'),
        didDocumentURL: read('DID_DOCUMENT_URL'),
        didController: read('DID_CONTROLLER'),
        coreIdentityIssuer: read('CORE_IDENTITY_ISSUER'),
        allowInsecureRequests: true,
      },
      clientId: read('CLIENT_ID'),
      privateKey: `-----BEGIN PRIVATE KEY-----\n${read('PRIVATE_KEY')}\n-----END PRIVATE KEY-----`,
    },
    before: ({ url, cookies }) => {
      if (habit === 'moves-the-cursor' && url.pathname === '/page' && cookies.has('sid'))
        return cookies.has('\u009b2J')
          ? undefined
          : { status: 403, headers: { 'set-cookie': '\u009b2J=1; Path=/' } }
      if (habit === 'stops' && url.searchParams.getAll('state').length > 1) process.exit(1)
      return undefined
    },
  })
}

switch (habit) {
  case 'quits':
    process.stderr.write('There is no database.\n')
    process.exitCode = 3
    break
  case 'quits-in-colour':
    process.stderr.write('\u001b[31mThere is no database.\u001b[0m\r\n\u001b]0;owned\u0007\u202e\n')
    process.exitCode = 3
    break
  case 'talks':
    process.stdout.write('All is well. '.repeat(500_000))
    await start()
    break
  case 'has-a-child': {
    const endless = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)"
    const child = spawn(process.execPath, ['-e', endless], { stdio: 'ignore' })
    writeFileSync(file, String(child.pid))
    await start()
    break
  }
  case 'is-a-child':
    spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', port, 'stops'])
    setInterval(() => undefined, 1000)
    break
  default:
    await start()
}
