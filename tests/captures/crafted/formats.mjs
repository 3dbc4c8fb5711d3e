// One capture in every format, and behind every kind of link.

import { links, pcap, pcapng } from '../lib.mjs';

/** Files of these packets, by name: NAME_VARIANT.EXT. */
export function formats(name, packets) {
  const behind = (wrap) => packets.map(({ time, data }) => ({ time, data: wrap(data) }));
  return {
    [`${name}_be.pcapng`]: pcapng(packets, { bigEndian: true, resolution: 9 }),
    [`${name}_sections.pcapng`]: Buffer.concat([
      pcapng(packets.slice(0, 8)),
      pcapng(packets.slice(8), { bigEndian: true, resolution: 0x94 }),
    ]),
    [`${name}_simple.pcapng`]: pcapng(packets, { simple: true }),
    [`${name}_vlan.pcap`]: pcap(behind(links.vlan)),
    [`${name}_sll.pcap`]: pcap(behind(links.sll), { link: 113 }),
    [`${name}_sll2.pcap`]: pcap(behind(links.sll2), { link: 276 }),
    [`${name}_raw.pcap`]: pcap(behind(links.raw), { link: 101 }),
    [`${name}_loop.pcap`]: pcap(behind(links.loop), { link: 0 }),
    [`${name}_ipv6.pcap`]: pcap(behind(links.ipv6), { link: 229 }),
  };
}
