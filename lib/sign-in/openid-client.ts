/** What this package uses of openid-client, so that bundles can leave out the rest. It is loaded when it is needed. */
export {
  allowInsecureRequests,
  ClientSecretPost,
  Configuration,
  customFetch,
  genericGrantRequest,
  ResponseBodyError,
} from 'openid-client'
