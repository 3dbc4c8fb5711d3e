// @ts-check
// What the page can show without anybody's own bytes.

/** @type {readonly { readonly name: string, readonly text: string }[]} */
export const examples = [
  {
    name: 'a client, in hex',
    text: `81 85 37 fa 21 3d 7f 9f 4d 51 58
01 83 37 fa 21 3d 7f 9f 4d
89 8c 37 fa 21 3d 44 8e 48 51 5b da 55 55 52 88 44 02
80 82 37 fa 21 3d 5b 95
82 84 37 fa 21 3d e9 57 9f d2
81 fe 00 9c 37 fa 21 3d 4c d8 55 44 47 9f 03 07
15 89 54 5f 44 99 53 54 55 9f 03 11 15 99 49 5c
59 94 44 51 15 c0 03 4d 45 93 42 58 44 d8 0d 1f
44 83 4c 5f 58 96 52 1f 0d a1 03 7c 74 b7 64 1f
1b d8 66 71 78 b8 03 11 15 b3 6f 74 63 d8 7c 11
15 89 48 53 54 9f 03 07 15 c8 11 0f 01 d7 10 0c
1a c8 13 69 05 ca 1b 0d 07 c0 11 0d 6d d8 0d 1f
59 95 55 58 15 c0 03 51 58 94 46 58 45 da 55 55
56 94 01 0c 05 cf 01 5f 4e 8e 44 4e 1b da 52 52
17 cb 17 1d 55 93 55 4e 17 95 47 1d 5b 9f 4f 5a
43 92 03 40
88 85 37 fa 21 3d 34 12 43 44 52`,
  },
  {
    name: 'a server, by xxd',
    text: `00000000: 8105 4865 6c6c 6f01 0348 656c 8905 4865  ..Hello..Hel..He
00000010: 6c6c 6f80 026c 6f82 7e00 8000 0102 0304  llo..lo.~.......
00000020: 0506 0708 090a 0b0c 0d0e 0f10 1112 1314  ................
00000030: 1516 1718 191a 1b1c 1d1e 1f20 2122 2324  ........... !"#$
00000040: 2526 2728 292a 2b2c 2d2e 2f30 3132 3334  %&'()*+,-./01234
00000050: 3536 3738 393a 3b3c 3d3e 3f40 4142 4344  56789:;<=>?@ABCD
00000060: 4546 4748 494a 4b4c 4d4e 4f50 5152 5354  EFGHIJKLMNOPQRST
00000070: 5556 5758 595a 5b5c 5d5e 5f60 6162 6364  UVWXYZ[\\]^_\`abcd
00000080: 6566 6768 696a 6b6c 6d6e 6f70 7172 7374  efghijklmnopqrst
00000090: 7576 7778 797a 7b7c 7d7e 7f88 0203 e8    uvwxyz{|}~.....`,
  },
  {
    name: 'handshake, base64',
    text: `R0VUIC9jaGF0IEhUVFAvMS4xDQpIb3N0OiBzZXJ2ZXIuZXhhbXBsZS5jb20NClVwZ3JhZGU6IHdl
YnNvY2tldA0KQ29ubmVjdGlvbjogVXBncmFkZQ0KU2VjLVdlYlNvY2tldC1LZXk6IGRHaGxJSE5o
YlhCc1pTQnViMjVqWlE9PQ0KT3JpZ2luOiBodHRwOi8vZXhhbXBsZS5jb20NClNlYy1XZWJTb2Nr
ZXQtUHJvdG9jb2w6IGNoYXQsIHN1cGVyY2hhdA0KU2VjLVdlYlNvY2tldC1WZXJzaW9uOiAxMw0K
DQqBhTf6IT1/n01RWIiCN/ohPTQS`,
  },
  {
    name: 'ten faults',
    text: `81 04 66 69 6e 65
83 01 78
09 03 70 70 70
c1 01 78
81 03 61 ff 62
80 04 6c 6f 73 74
82 7e 00 01 78
01 03 48 65 6c
81 03 6e 65 77
81 84 37 fa 21 3d 5a 9b 52 56
88 02 03 ed
81 04 6c 61 74 65`,
  },
  {
    name: 'cut and mistyped',
    text: `81 05 48 65 6c 6c 6f
82 7e 01 00 00 01 02 03
04 05 06 o7`,
  },
];
