// Pixels to draw on: rectangles with soft edges, and text in a small font of its own.
import { FONT_HEIGHT, FONT_WIDTH, glyph } from './font.ts';

export type Rgb = readonly [red: number, green: number, blue: number];

export class Picture {
  readonly width: number;
  readonly height: number;
  /** Three bytes a pixel, row by row. */
  readonly bytes: Uint8Array;

  constructor(width: number, height: number, background: Rgb) {
    this.width = width;
    this.height = height;
    this.bytes = new Uint8Array(3 * width * height);
    for (let i = 0; i < this.bytes.length; i++) this.bytes[i] = background[i % 3]!;
  }

  /** Fills from a corner to the opposite one; pixels that are covered in part get that part of the colour. */
  fill(left: number, top: number, right: number, bottom: number, colour: Rgb, opacity = 1): void {
    for (let y = Math.max(0, Math.floor(top)); y < Math.min(this.height, bottom); y++) {
      const rows = Math.min(y + 1, bottom) - Math.max(y, top);
      for (let x = Math.max(0, Math.floor(left)); x < Math.min(this.width, right); x++) {
        const part = opacity * rows * (Math.min(x + 1, right) - Math.max(x, left));
        if (part <= 0) continue;
        const at = 3 * (y * this.width + x);
        for (let i = 0; i < 3; i++) this.bytes[at + i]! += (colour[i]! - this.bytes[at + i]!) * part;
      }
    }
  }

  /** Writes ASCII; anything else becomes a question mark. `scale` counts pixels a dot. */
  text(text: string, left: number, top: number, scale: number, colour: Rgb): void {
    let x = Math.round(left);
    for (const character of text) {
      const columns = glyph(character);
      for (const [column, dots] of columns.entries()) {
        for (let row = 0; row < FONT_HEIGHT; row++) {
          if (((dots >> row) & 1) === 0) continue;
          const dotLeft = x + column * scale;
          const dotTop = Math.round(top) + row * scale;
          this.fill(dotLeft, dotTop, dotLeft + scale, dotTop + scale, colour);
        }
      }
      x += (FONT_WIDTH + 1) * scale;
    }
  }
}
