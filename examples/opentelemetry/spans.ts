import { SpanStatusCode, trace, type Attributes, type Tracer } from '@opentelemetry/api'
import { listen } from './events.ts'

/**
 * Adds each event to the span of the request, or to a new span if there is none. Returns the function that stops it.
 */
export function traceEvents(tracer: Tracer): () => void {
  const note = (name: string, attributes: Attributes) => {
    const active = trace.getActiveSpan()
    const span = active ?? tracer.startSpan(name)
    span.addEvent(name, attributes)
    if ('error.type' in attributes) span.setAttributes(attributes).setStatus({ code: SpanStatusCode.ERROR })
    if (!active) span.end()
  }
  return listen({
    'sign-in.started': ({ vtr, prompt }) =>
      note('one_login.sign_in.started', { vtr: [...vtr], ...(prompt && { prompt }) }),
    'sign-in.succeeded': ({ identity }) => note('one_login.sign_in.succeeded', { ...identity }),
    'sign-in.failed': ({ code }) => note('one_login.sign_in.failed', { 'error.type': code }),
    'signed-out': ({ reason }) => note('one_login.signed_out', { reason }),
    'signed-out.back-channel': () => note('one_login.signed_out', { reason: 'back-channel' }),
    'document.refreshed': ({ url }) => note('one_login.document.refreshed', { 'url.full': url }),
    // Not an error of the request: it continues with the last good copy, or fails with another event.
    'document.refresh-failed': ({ url, code }) =>
      note('one_login.document.refresh_failed', { 'url.full': url, code }),
  })
}
