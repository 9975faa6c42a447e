import type { IncomingMessage, ServerResponse } from 'node:http'
import { finishSignIn } from '../../simulator/completed-sign-in.ts'
import type { ConfiguredSimulator } from './configured-simulator.ts'
import { readOfficialForm } from './official-form.ts'
import { simulatorResponseOf } from './official-translation.ts'
import { bodyOf } from './request-body.ts'

/** Handles `POST /form-submit`, from the form that the official simulator shows if INTERACTIVE_MODE is set. */
export async function handleFormSubmit(
  simulator: ConfiguredSimulator,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const form = new URLSearchParams(await bodyOf(req))
  const read = readOfficialForm(form, simulator.response)
  if ('errors' in read) {
    refuse(res, { error: 'Invalid request', invalid_fields: read.errors })
    return
  }
  const { provider } = simulator
  const pending = provider.pendingSignIns.remove(form.get('authCode') ?? '')
  if (!pending) {
    refuse(res, {
      error: 'Invalid request',
      error_description: 'This form has already been submitted, or it is too old. Sign in again.',
    })
    return
  }
  res.writeHead(302, { location: finishSignIn(provider, pending, simulatorResponseOf(read.response)) }).end()
}

function refuse(res: ServerResponse, value: object): void {
  res.writeHead(400, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value))
}
