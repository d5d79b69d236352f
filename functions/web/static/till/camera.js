// @ts-check
/** The camera as a reader of codes: whole frames, one in flight, decoded in a worker. */
import * as db from '../ui/db.js';
import { decoder } from './decoder.js';

const IDLE_STOP_MS = 60_000;
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 } };

/** @typedef {{onText: (texts: string[]) => void, onState: (state: string) => void}} Listener */

class Camera {
  /** @type {MediaStream | undefined} */ #stream;
  /** @type {HTMLVideoElement | undefined} */ #video;
  /** @type {Listener | undefined} */ #listener;
  /** @type {Promise<MediaStream> | undefined} */ #opening;
  #inFlight = false;
  #failed = false;
  #idle = 0;
  #turn = 0;
  /** Frames decoded and hits, for whoever measures. */
  frames = 0;
  hits = 0;

  constructor() {
    decoder.onmessage = ({ data }) => {
      if (data.failed) {
        this.#failed = true;
        this.#listener?.onState('failed');
        return;
      }
      this.#inFlight = false;
      this.frames += 1;
      if (data.texts.length) {
        this.hits += 1;
        this.#listener?.onText(data.texts);
      }
    };
    decoder.onerror = () => this.#listener?.onState('failed');
    // A page that comes back from the background may find its camera dead, on iPhones above all.
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'hidden') this.#stop();
      else if (this.#video) this.#start();
    });
  }

  /** Open the camera before there is a place to show it: it takes longest after the decoder. */
  prepare() {
    this.#opening ??= this.#open();
    // Whoever attaches awaits it, and is told what is wrong.
    this.#opening.catch(() => {});
    // Nobody may come: a camera that nobody looks through is closed like one that was left.
    this.#idle = setTimeout(() => this.#stop(), IDLE_STOP_MS);
  }

  /** Show the picture in `video` and tell `listener` what is read, until `detach`. */
  attach(/** @type {HTMLVideoElement} */ video, /** @type {Listener} */ listener) {
    clearTimeout(this.#idle);
    this.#video = video;
    this.#listener = listener;
    this.#start();
  }

  detach() {
    this.#video = undefined;
    this.#listener = undefined;
    this.#turn += 1;
    // The next customer is near: the camera stays open for a while.
    this.#idle = setTimeout(() => this.#stop(), IDLE_STOP_MS);
  }

  /** The cameras by name; names are empty until one was opened. */
  async lenses() {
    const devices = (await navigator.mediaDevices?.enumerateDevices()) || [];
    return devices.filter((device) => device.kind === 'videoinput');
  }

  /** Use another camera from now on, and remember it. */
  async choose(/** @type {string} */ id) {
    await db.set('lens', id);
    this.#stop();
    await this.#start();
  }

  /** Read a code off a photograph, where the camera itself can't be used. */
  async read(/** @type {Blob} */ picture) {
    decoder.postMessage(await createImageBitmap(picture));
  }

  async #start() {
    const turn = ++this.#turn;
    this.#listener?.onState('starting');
    try {
      const opening = this.#opening;
      this.#opening = undefined;
      const stream = this.#stream ?? (await (opening ?? this.#open()));
      if (turn !== this.#turn || !this.#video) {
        if (stream !== this.#stream) for (const track of stream.getTracks()) track.stop();
        return;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      const playing = this.#video.play();
      // The first picture is decoded when it is there, before anybody has seen it.
      this.#next(turn);
      await playing;
      this.#listener?.onState(this.#failed ? 'failed' : 'on');
    } catch (error) {
      if (turn !== this.#turn) return;
      const name = error instanceof DOMException ? error.name : '';
      const absent = !navigator.mediaDevices || name === 'NotFoundError';
      const state = absent ? 'absent' : name === 'NotAllowedError' ? 'denied' : 'failed';
      this.#listener?.onState(state);
    }
  }

  async #open() {
    const lens = /** @type {string | undefined} */ (await db.get('lens'));
    const choices = lens ? [{ deviceId: { exact: lens } }] : [];
    choices.push(/** @type {any} */ ({ facingMode: 'environment' }));
    for (const [place, choice] of choices.entries()) {
      try {
        const stream = await navigator.mediaDevices.getUserMedia({ video: { ...WANTED, ...choice } });
        stream.getVideoTracks()[0].addEventListener('ended', () => {
          this.#stream = undefined;
          if (this.#video) this.#start();
        });
        return stream;
      } catch (error) {
        // A lens that was unplugged is forgotten; any other trouble is told.
        if (place === choices.length - 1) throw error;
      }
    }
    throw new DOMException('', 'NotFoundError');
  }

  #stop() {
    this.#turn += 1;
    const close = (/** @type {MediaStream | undefined} */ stream) => {
      for (const track of stream?.getTracks() || []) track.stop();
    };
    close(this.#stream);
    this.#opening?.then(close, () => {});
    this.#stream = undefined;
    this.#opening = undefined;
  }

  #next(/** @type {number} */ turn) {
    const video = this.#video;
    if (turn !== this.#turn || !video) return;
    const take = async () => {
      if (turn !== this.#turn) return;
      if (!this.#inFlight && video.videoWidth) {
        this.#inFlight = true;
        try {
          const frame = await createImageBitmap(video);
          decoder.postMessage(frame, [frame]);
        } catch {
          this.#inFlight = false;
        }
      }
      this.#next(turn);
    };
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(take);
    else requestAnimationFrame(take);
  }
}

export const camera = new Camera();
