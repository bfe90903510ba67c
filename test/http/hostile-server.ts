import http, { type RequestListener } from 'node:http';
import net, { type Socket } from 'node:net';

/** A real server on a free port; `await using` closes it with all its connections. */
export interface Served extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
}

const served = async (server: net.Server, sockets: Set<Socket>): Promise<Served> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

const tracked = (server: net.Server): Set<Socket> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  return sockets;
};

/** Speaks HTTP as `listener` says. */
export const serveHttp = (listener: RequestListener): Promise<Served> => {
  const server = http.createServer(listener);
  return served(server, tracked(server));
};

/** Speaks whatever bytes `onRequest` writes, once the client has sent something. */
export const serveBytes = (onRequest: (socket: Socket) => void): Promise<Served> => {
  const server = net.createServer((socket) => {
    socket.once('data', () => onRequest(socket));
  });
  return served(server, tracked(server));
};
