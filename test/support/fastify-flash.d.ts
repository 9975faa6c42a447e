// The types of @fastify/flash need this module, and nothing here uses it.
declare module '@fastify/secure-session' {}
