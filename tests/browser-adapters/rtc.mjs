// Peer connections: each description is given when its candidates are known, so that one message each way is enough.

const described = async (connection) => {
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise((resolve) => connection.addEventListener('icegatheringstatechange', resolve, { once: true }));
  }
  return connection.localDescription.toJSON();
};

/** The end that asks: `{ offer, channel, accept(answer), close() }`. */
export async function offering(options) {
  const connection = new RTCPeerConnection();
  const channel = connection.createDataChannel('sansocket', options);
  return {
    channel,
    offer: await described(connection),
    accept: (answer) => connection.setRemoteDescription(answer),
    close: () => connection.close(),
  };
}

/** The end that answers; `onChannel` is called in the task in which the channel comes. */
export async function answering(offer, onChannel) {
  const connection = new RTCPeerConnection();
  connection.addEventListener('datachannel', ({ channel }) => onChannel(channel));
  await connection.setRemoteDescription(offer);
  return { answer: await described(connection), close: () => connection.close() };
}

/** Both ends in this page: two channels, and what closes them. */
export async function channelPair(adapt, options) {
  const near = await offering(options);
  let answerer;
  const far = new Promise((resolve, reject) => {
    answering(near.offer, (channel) => resolve(adapt(channel))).then((made) => {
      answerer = made;
      return near.accept(made.answer);
    }, reject);
  });
  const release = () => {
    near.close();
    answerer?.close();
  };
  return { near: adapt(near.channel), far: await far, channel: near.channel, lose: () => answerer.close(), release };
}
