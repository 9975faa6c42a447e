import { AsyncLocalStorage } from 'node:async_hooks'
import { context, ROOT_CONTEXT, SpanStatusCode, type Context } from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base'
import express from 'express'
import { readyUser } from 'passport-govuk-one-login/simulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startPair, type Pair } from '../../test/support/simulator.ts'
import { audit, type AuditLine } from './audit.ts'
import { countEvents } from './metrics.ts'
import { traceEvents } from './spans.ts'

const { sub } = readyUser('typical')
const stops: (() => void)[] = []
afterEach(() => {
  for (const stop of stops.splice(0)) stop()
})

/**
 * Runs a sign-in, an identity, a sign-out, a rejection, a fault, and a sign-out elsewhere. Returns how many
 * back-channel logouts One Login sent for each of the 2 sign-outs: one for each journey.
 */
async function goThroughEverything(pair: Pair): Promise<[number, number]> {
  const { url } = pair.service
  const first = pair.browser()
  await first.visit(`${url}/identity`)
  await first.visit(`${url}/sign-out`)
  const here = await pair.op.settleLogouts()
  pair.op.breakNext('authorize', 'access-denied')
  await pair.browser().visit(`${url}/account`)
  pair.op.breakNext('id-token', 'wrong-nonce')
  await pair.browser().visit(`${url}/account`)
  pair.op.respondWith({ user: 'no-phone' })
  await pair.browser().visit(`${url}/account`)
  const elsewhere = await pair.op.signOut(readyUser('no-phone').sub)
  return [here.length, elsewhere.length]
}

describe('The metrics of the OpenTelemetry example', () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })
  const provider = new MeterProvider({ readers: [reader] })

  /** Returns every count, by its name and attributes. */
  async function counts(): Promise<Record<string, number>> {
    await provider.forceFlush()
    const points = exporter
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor: { name }, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => [
          [name, ...Object.values(attributes)].join(' '),
          value as number,
        ]),
      )
    return Object.fromEntries(points ?? []) as Record<string, number>
  }

  it('count every event, without an attribute that identifies a user', async () => {
    stops.push(countEvents(provider.getMeter('test')))
    await using pair = await startPair()
    const [here, elsewhere] = await goThroughEverything(pair)
    const { issuer } = pair.op
    expect(await counts()).toEqual({
      'one_login.sign_ins started': 5,
      'one_login.sign_ins succeeded': 3,
      'one_login.sign_ins failed access_denied': 1,
      'one_login.sign_ins failed id_token_invalid': 1,
      'one_login.identities P2 true': 1,
      'one_login.sign_outs user': 1,
      'one_login.sign_outs back-channel': here + elsewhere,
      [`one_login.document_refreshes ${issuer}.well-known/openid-configuration succeeded`]: 1,
      [`one_login.document_refreshes ${issuer}.well-known/jwks.json succeeded`]: 1,
      [`one_login.document_refreshes ${pair.op.options.environment.didDocumentURL} succeeded`]: 1,
    })
    expect(JSON.stringify(exporter.getMetrics())).not.toContain(sub)
  })
})

describe('The spans of the OpenTelemetry example', () => {
  const exporter = new InMemorySpanExporter()
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  const tracer = provider.getTracer('test')

  beforeEach(() => {
    exporter.reset()
    context.setGlobalContextManager(asyncContexts())
    stops.push(traceEvents(tracer), () => context.disable())
  })

  /** Creates a span for each request, like an instrumentation of HTTP. */
  const framework = Object.assign(() => {
    const app = express()
    app.use((req, res, next) => {
      tracer.startActiveSpan(`${req.method} ${req.path}`, (span) => {
        res.once('finish', () => span.end())
        next()
      })
    })
    return app
  }, express)

  /** Returns a span's name and events, without those of documents, which are downloaded when needed. */
  const contentOf = ({ name, events }: ReadableSpan) => [
    name,
    ...events
      .filter((event) => !event.name.startsWith('one_login.document.'))
      .map((event) => [event.name, event.attributes]),
  ]

  it('add the events of a request to its span', async () => {
    await using pair = await startPair({ framework })
    pair.op.respondWith({ user: 'not-proven' })
    await pair.browser().visit(`${pair.service.url}/identity`)
    expect(exporter.getFinishedSpans().map(contentOf)).toEqual([
      ['GET /identity', ['one_login.sign_in.started', { vtr: ['Cl.Cm'] }]],
      ['GET /auth/callback', ['one_login.sign_in.succeeded', {}]],
      ['GET /identity', ['one_login.sign_in.started', { vtr: ['Cl.Cm.P2'] }]],
      ['GET /auth/callback', ['one_login.sign_in.succeeded', { proven: false, level: 'P2' }]],
      ['GET /identity'],
    ])
  })

  it('mark the span of a request whose sign-in failed', async () => {
    await using pair = await startPair({ framework })
    pair.op.breakNext('id-token', 'wrong-nonce')
    await pair.browser().visit(`${pair.service.url}/account`)
    const callback = exporter.getFinishedSpans().find(({ name }) => name === 'GET /auth/callback')
    expect(callback?.status.code).toBe(SpanStatusCode.ERROR)
    expect(callback?.attributes).toMatchObject({ 'error.type': 'id_token_invalid' })
  })

  it('are created and ended at once if there is no span', async () => {
    await using pair = await startPair()
    await pair.browser().visit(`${pair.service.url}/account`)
    expect(exporter.getFinishedSpans().map(({ name }) => name)).toContain('one_login.sign_in.succeeded')
  })
})

/** The same as AsyncLocalStorageContextManager in the SDK for Node. */
function asyncContexts(): Parameters<typeof context.setGlobalContextManager>[0] {
  const storage = new AsyncLocalStorage<Context>()
  const manager: Parameters<typeof context.setGlobalContextManager>[0] = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: (active, work, self, ...args) => storage.run(active, () => work.apply(self, args)),
    bind: (_active, target) => target,
    enable: () => manager,
    disable: () => {
      storage.disable()
      return manager
    },
  }
  return manager
}

describe('The audit log of the OpenTelemetry example', () => {
  const key = Buffer.alloc(32, 'a key')

  it('writes one line for each event, with the user as an HMAC', async () => {
    const lines: AuditLine[] = []
    stops.push(audit((line) => lines.push(line), key))
    await using pair = await startPair()
    const [here, elsewhere] = await goThroughEverything(pair)
    const user = expect.stringMatching(/^[\w-]{43}$/) as string
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string
    const backChannelSignOut = { time, event: 'signed out', user, reason: 'back-channel' }
    expect(lines).toEqual([
      { time, event: 'sign-in succeeded', user },
      { time, event: 'sign-in succeeded', user, proven: true, level: 'P2' },
      { time, event: 'signed out', user, reason: 'user' },
      ...Array<object>(here).fill(backChannelSignOut),
      { time, event: 'sign-in failed', code: 'access_denied' },
      { time, event: 'sign-in failed', code: 'id_token_invalid' },
      { time, event: 'sign-in succeeded', user },
      ...Array<object>(elsewhere).fill(backChannelSignOut),
    ])
    expect(new Set(lines.flatMap((line) => line.user ?? [])).size).toBe(2)
    const text = JSON.stringify(lines)
    for (const personal of [
      sub,
      readyUser('no-phone').sub,
      'typical@example.com',
      'Kenneth',
      'Decerqueira',
      '1965',
    ])
      expect(text).not.toContain(personal)
  })

  it('has another HMAC for the user with another key, and fails without a key', async () => {
    const lines: AuditLine[] = []
    stops.push(
      audit((line) => lines.push(line), key),
      audit((line) => lines.push(line), Buffer.alloc(32, 'b')),
    )
    await using pair = await startPair()
    await pair.browser().visit(`${pair.service.url}/account`)
    expect(new Set(lines.map((line) => line.user)).size).toBe(2)
    expect(() => audit(() => undefined, Buffer.from(''))).toThrow('32 bytes')
  })
})
