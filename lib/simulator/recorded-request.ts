import type { IncomingHttpHeaders } from 'node:http'
import type { JsonObject } from './keys/jwt.ts'

/** A place at the simulator that a service or a browser can call. */
export type SimulatorEndpoint =
  'discovery' | 'jwks' | 'did' | 'trustmark' | 'authorize' | 'sign-in' | 'token' | 'userinfo' | 'logout'

/** A JWT that the service sent, decoded. */
export interface SentJwt {
  /** Its header. */
  readonly header: JsonObject
  /** Its payload. */
  readonly claims: JsonObject
}

/** What the simulator sent back. */
export interface RecordedResponse {
  /** Those that the endpoint set. */
  readonly headers: Readonly<Record<string, string>>
  /** As text. */
  readonly body: string
  /** The JWTs in a JSON body, decoded, by the name of the member that holds them, for example `id_token`. */
  readonly tokens: Readonly<Record<string, SentJwt>>
}

/** What a service or a browser sent to the simulator. */
export interface RecordedRequest {
  /** Which endpoint; `unknown` for any other path. */
  readonly endpoint: SimulatorEndpoint | 'unknown'
  /** `GET`, `POST` … */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** As Node gives them. */
  readonly headers: Readonly<IncomingHttpHeaders>
  /** Query parameters, or those of the form in the body. One that came twice has its last value. */
  readonly params: Readonly<Record<string, string>>
  /** The request object of an authorization request. */
  readonly requestObject?: SentJwt
  /** The client assertion of a token request. */
  readonly clientAssertion?: SentJwt
  /** The status of the response. Missing until the simulator has responded, and when a fault left no response. */
  readonly status?: number
  /** The response. Missing until the simulator has responded, and when a fault left no response. */
  readonly response?: RecordedResponse
  /** What was wrong with it in plain words, also where the provider's response says no more than "Invalid request". */
  readonly problem?: string
}
