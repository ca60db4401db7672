// Sound as a WAV file: 16-bit PCM.

const HEADER_BYTES = 44;
const SAMPLE_BYTES = 2;
const LOUDEST = 0x7fff;

/**
 * A file of some channels.
 *
 * @param channels Samples from -1 to 1, all of one length.
 * @param rate Samples a second.
 */
export function wav(channels: readonly Float32Array[], rate: number): Blob {
  const frames = channels[0]?.length ?? 0;
  const frameBytes = channels.length * SAMPLE_BYTES;
  const bytes = frames * frameBytes;
  const file = new DataView(new ArrayBuffer(HEADER_BYTES + bytes));
  const text = (at: number, letters: string): void => [...letters].forEach((letter, index) => file.setUint8(at + index, letter.charCodeAt(0)));
  text(0, "RIFF");
  file.setUint32(4, HEADER_BYTES - 8 + bytes, true);
  text(8, "WAVEfmt ");
  file.setUint32(16, 16, true); // bytes of the format
  file.setUint16(20, 1, true); // PCM
  file.setUint16(22, channels.length, true);
  file.setUint32(24, rate, true);
  file.setUint32(28, rate * frameBytes, true);
  file.setUint16(32, frameBytes, true);
  file.setUint16(34, 8 * SAMPLE_BYTES, true);
  text(36, "data");
  file.setUint32(40, bytes, true);
  channels.forEach((samples, channel) => {
    for (let frame = 0; frame < frames; frame += 1) {
      const level = Math.max(-1, Math.min(1, samples[frame] ?? 0));
      file.setInt16(HEADER_BYTES + frame * frameBytes + channel * SAMPLE_BYTES, Math.round(level * LOUDEST), true);
    }
  });
  return new Blob([file.buffer], { type: "audio/wav" });
}
