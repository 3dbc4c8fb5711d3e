import assert from 'node:assert/strict';
import { GraphQLObjectType, GraphQLSchema, GraphQLString } from 'graphql';
import { createClient } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { overEachWay } from './support.mjs';

const schema = new GraphQLSchema({
  query: new GraphQLObjectType({ name: 'Query', fields: { hello: { type: GraphQLString, resolve: () => 'world' } } }),
  subscription: new GraphQLObjectType({
    name: 'Subscription',
    fields: {
      count: {
        type: GraphQLString,
        async *subscribe() {
          for (const count of ['one', 'two', 'three']) yield { count };
        },
      },
    },
  }),
});

function serve(server) {
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  const service = useServer({ schema }, sockets);
  return { stop: () => service.dispose() };
}

overEachWay('graphql-ws', serve, async ({ WebSocket, host }) => {
  const client = createClient({ url: `ws://${host}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 });
  const results = [];
  for await (const { data } of client.iterate({ query: '{ hello }' })) results.push(data.hello);
  for await (const { data } of client.iterate({ query: 'subscription { count }' })) results.push(data.count);
  assert.deepEqual(results, ['world', 'one', 'two', 'three']);
  await client.dispose();
});
