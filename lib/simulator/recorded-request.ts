import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from './keys/jwt.ts'

/** An endpoint of the simulator that a service or a browser can call. */
export type SimulatorEndpoint =
  'discovery' | 'jwks' | 'did' | 'trustmark' | 'authorize' | 'sign-in' | 'token' | 'userinfo' | 'logout'

/** A JWT that the service sent, decoded. */
export interface SentJwt {
  /** Its header. */
  readonly header: JsonObject
  /** Its payload. */
  readonly claims: JsonObject
}

/** The simulator's response. */
export interface RecordedResponse {
  /** The headers that the endpoint set. */
  readonly headers: Readonly<Record<string, string>>
  /** The body as text. */
  readonly body: string
  /** The JWTs in a JSON body, decoded, by the name of their member, for example `id_token`. */
  readonly tokens: Readonly<Record<string, SentJwt>>
}

/** A request that a service or a browser sent to the simulator. */
export interface RecordedRequest {
  /** The endpoint. `unknown` for any other path. */
  readonly endpoint: SimulatorEndpoint | 'unknown'
  /** `GET`, `POST` and so on. */
  readonly method: string
  /** The path without the query. */
  readonly path: string
  /** The headers, in Node's form. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** The query parameters, or the fields of the form in the body. If one is repeated, its last value. */
  readonly params: Readonly<Record<string, string>>
  /** The request object of an authorization request. */
  readonly requestObject?: SentJwt
  /** The client assertion of a token request. */
  readonly clientAssertion?: SentJwt
  /** The status of the response. Not set before the simulator responds, or if a fault left no response. */
  readonly status?: number
  /** The response. Not set before the simulator responds, or if a fault left no response. */
  readonly response?: RecordedResponse
  /** The problem with the request. It gives details even if the simulator's response is only "Invalid request". */
  readonly problem?: string
}
