import { metrics, trace } from '@opentelemetry/api'
import { audit } from './audit.ts'
import { countEvents } from './metrics.ts'
import { traceEvents } from './spans.ts'

// After the set-up of OpenTelemetry, before the service takes requests.
countEvents(metrics.getMeter('passport-govuk-one-login'))
traceEvents(trace.getTracer('passport-govuk-one-login'))
audit(
  (line) => process.stdout.write(`${JSON.stringify(line)}\n`),
  Buffer.from(process.env.AUDIT_KEY ?? '', 'base64'),
)
