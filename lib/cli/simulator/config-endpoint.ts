import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseChange, type ConfigurationErrors } from './official-configuration.ts'
import type { ConfiguredSimulator } from './configured-simulator.ts'
import { bodyOf } from './request-body.ts'

/** Handles `GET /config` and `POST /config` as the official simulator does. */
export async function handleConfigCall(
  simulator: ConfiguredSimulator,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  if (req.method === 'GET') {
    sendJson(res, 200, simulator.configuration())
    return
  }
  if (req.method !== 'POST') {
    res.writeHead(405, { allow: 'GET, POST' }).end()
    return
  }
  // A page in a developer's browser cannot send JSON here without a preflight request.
  const type = req.headers['content-type']
  if (type !== undefined && !/^application\/(?:[\w.-]+\+)?json\b/i.test(type))
    refuse(res, 415, 'Must be JSON')
  else await change(simulator, await bodyOf(req), res)
}

async function change(
  simulator: ConfiguredSimulator,
  body: string | undefined,
  res: ServerResponse,
): Promise<void> {
  const json = body === undefined ? undefined : jsonOf(body)
  if (json === undefined) {
    refuse(res, 400, 'Must be JSON of 1 MiB at most')
    return
  }
  const result = parseChange(json)
  if ('errors' in result) {
    sendJson(res, 400, { errors: result.errors })
    return
  }
  if (simulator.refusesKeys(result.change)) {
    const msg = 'Needs publishNewIdTokenSigningKeys: services could not find keys that are not published'
    sendJson(res, 400, { errors: { useNewIdTokenSigningKeys: { msg } } })
    return
  }
  await simulator.change(result.change)
  res.writeHead(200).end()
}

function jsonOf(body: string): unknown {
  try {
    return body === '' ? {} : (JSON.parse(body) as unknown)
  } catch {
    return undefined
  }
}

function refuse(res: ServerResponse, status: number, msg: string): void {
  const errors: ConfigurationErrors = { _body: { msg } }
  sendJson(res, status, { errors })
}

function sendJson(res: ServerResponse, status: number, value: object): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}
