import { crc32, deflateSync, inflateSync } from 'node:zlib';

/*
 * Pictures of a page have few colours: with a palette of 256 of them they are a third of the size, and look the same.
 * Reads what Chromium writes: eight bits a channel, not interlaced.
 */

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
/** As many as a byte tells apart. */
const MOST_COLORS = 256;
const TRUE_COLOR = 2;
const WITH_PALETTE = 3;

interface Pixels {
  readonly width: number;
  readonly height: number;
  /** `0xrrggbb`, row by row. */
  readonly colors: Uint32Array;
}

const chunksOf = (png: Buffer): ReadonlyMap<string, Buffer> => {
  const chunks = new Map<string, Buffer>();
  for (let at = SIGNATURE.length; at < png.length; ) {
    const length = png.readUInt32BE(at);
    const type = png.toString('latin1', at + 4, at + 8);
    const data = png.subarray(at + 8, at + 8 + length);
    chunks.set(type, Buffer.concat([chunks.get(type) ?? Buffer.alloc(0), data]));
    at += length + 12;
  }
  return chunks;
};

const paeth = (left: number, above: number, corner: number): number => {
  const guess = left + above - corner;
  const [toLeft, toAbove, toCorner] = [left, above, corner].map((each) => Math.abs(guess - each)) as [
    number,
    number,
    number,
  ];
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
};

/** What each filter of a row adds to a byte, from those to its left, above it, and above to the left. */
const FILTERS: readonly ((left: number, above: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, above) => above,
  (left, above) => (left + above) >> 1,
  paeth,
];

const unfiltered = (raw: Buffer, width: number, height: number, channels: number): Uint8Array => {
  const stride = width * channels;
  const bytes = new Uint8Array(stride * height);
  // Outside of the picture everything is nothing.
  const byteAt = (row: number, at: number): number =>
    row < 0 || at < 0 ? 0 : (bytes[row * stride + at] ?? 0);
  for (let row = 0; row < height; row += 1) {
    const from = row * (stride + 1);
    const filter = FILTERS[raw[from] ?? 0] ?? (() => 0);
    for (let at = 0; at < stride; at += 1) {
      const added = filter(byteAt(row, at - channels), byteAt(row - 1, at), byteAt(row - 1, at - channels));
      bytes[row * stride + at] = (raw[from + 1 + at] ?? 0) + added;
    }
  }
  return bytes;
};

const read = (png: Buffer): Pixels => {
  const chunks = chunksOf(png);
  const header = chunks.get('IHDR') ?? Buffer.alloc(13);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = header[9] === TRUE_COLOR ? 3 : 4;
  const bytes = unfiltered(inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0)), width, height, channels);
  const colors = new Uint32Array(width * height);
  for (let pixel = 0; pixel < colors.length; pixel += 1) {
    const at = pixel * channels;
    colors[pixel] = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  }
  return { width, height, colors };
};

const distance = (one: number, other: number): number =>
  ((one >> 16) - (other >> 16)) ** 2 +
  (((one >> 8) & 255) - ((other >> 8) & 255)) ** 2 +
  ((one & 255) - (other & 255)) ** 2;

/** The most frequent colours; every other one is shown as the nearest of them. */
const paletteOf = (colors: Uint32Array, most: number): readonly number[] => {
  const counts = new Map<number, number>();
  for (const color of colors) counts.set(color, (counts.get(color) ?? 0) + 1);
  return [...counts]
    .sort(([, one], [, other]) => other - one)
    .slice(0, most)
    .map(([color]) => color);
};

const nearestIn = (palette: readonly number[]): ((color: number) => number) => {
  const known = new Map(palette.map((color, index) => [color, index]));
  return (color) => {
    const index = known.get(color);
    if (index !== undefined) return index;
    const nearest = palette.reduce(
      (best, each, at) => (distance(each, color) < distance(palette[best] ?? 0, color) ? at : best),
      0,
    );
    known.set(color, nearest);
    return nearest;
  };
};

const chunk = (type: string, data: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(named.length + 8);
  framed.writeUInt32BE(data.length, 0);
  named.copy(framed, 4);
  framed.writeUInt32BE(crc32(named), named.length + 4);
  return framed;
};

/** The same picture with a palette of so many colours. */
export const smallPng = (png: Buffer, most = MOST_COLORS): Buffer => {
  const { width, height, colors } = read(png);
  const palette = paletteOf(colors, most);
  const nearest = nearestIn(palette);
  const rows = Buffer.alloc((width + 1) * height);
  for (const [pixel, color] of colors.entries())
    rows[Math.floor(pixel / width) * (width + 1) + 1 + (pixel % width)] = nearest(color);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  header[9] = WITH_PALETTE;
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flatMap((color) => [color >> 16, (color >> 8) & 255, color & 255]))),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
