import type { Store } from 'express-session'
import type { OneLoginOptions } from 'passport-govuk-one-login'
import serverless from 'serverless-http'
import { createApp } from './app.ts'

/** An event of an API Gateway HTTP API (payload format 2.0), or of a function URL. */
export interface HttpApiEvent {
  readonly version: '2.0'
  readonly rawPath: string
  readonly rawQueryString: string
  readonly cookies?: readonly string[]
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly isBase64Encoded: boolean
  readonly requestContext: {
    readonly http: { readonly method: string; readonly path: string; readonly sourceIp: string }
  }
}

/** The result that API Gateway expects. */
export interface HttpApiResult {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies?: readonly string[]
  readonly body: string
}

/** Creates the function's handler. Call it once for each instance, so that the instance keeps One Login's documents. */
export function createHandler(options: OneLoginOptions, store: Store, secret: string) {
  const handle = serverless(createApp(options, store, secret))
  return async (event: HttpApiEvent): Promise<HttpApiResult> => (await handle(event, {})) as HttpApiResult
}
