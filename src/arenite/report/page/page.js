"use strict";
// Draws what the page's data holds: two maps on one scale, the bars beneath, and the tables.
// All text is set by textContent, so that no name from a model is ever read as markup.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const $ = (id) => document.getElementById(id);
  // Thousands separated; toLocaleString takes a tenth of a second to begin.
  const count = (value) => String(value).replace(/\B(?=(\d{3})+$)/g, ",");
  const text = (index) => data.strings[index];
  const ROWS = 100; // rows of a table that are shown at first: what a person reads, and what is laid out at once
  const KINDS = ["input", "activation", "output", "scratch", "variable", "unused"];
  const KIND_NAMES = {
    input: "input", activation: "activation", output: "output", scratch: "scratch of an operator",
    variable: "variable", unused: "unused tensor",
  };

  function make(tag, content, name) {
    const element = document.createElement(tag);
    if (content !== undefined) element.textContent = content;
    if (name) element.className = name;
    return element;
  }

  // ---- What the data says, side by side ----

  class Side {
    constructor(values, name) {
      Object.assign(this, values);
      this.name = name;
      this.title = { before: "Before", after: "After" }[name];
      const columns = this.buffers;
      this.size = columns.size.length;
      this.partners = new Map();
      for (const [one, other, bytes] of this.shares) {
        for (const [from, to] of [[one, other], [other, one]]) {
          if (!this.partners.has(from)) this.partners.set(from, []);
          this.partners.get(from).push([to, bytes]);
        }
      }
      this.opens = new Map(this.steps.first.map((scope, step) => [scope, step]));
      this.begin = columns.first.some((first) => first < 0) ? -1 : 0;
      this.end = this.working.length;
      this.byTime = [...Array(this.size).keys()].sort(
        (a, b) => columns.first[a] - columns.first[b] || columns.address[a] - columns.address[b]);
      this.named = new Map();
      columns.name.forEach((name, index) => {
        if (columns.kind[index] !== "scratch" && !this.named.has(name)) this.named.set(name, index);
      });
      this.pinned = new Set(this.pins);
      this.parts = this.steps.part.reduce((most, part) => Math.max(most, part ? part[2] : 0), 0);
    }

    operator(step) {
      const graph = this.steps.graph[step];
      const where = graph ? `operator ${this.steps.index[step]} of graph ${graph}` : `operator ${this.steps.index[step]}`;
      return `${where}, ${text(this.steps.name[step])}`;
    }

    when(scope) {
      if (scope < 0) return "never used";
      for (let at = scope; at > 0; at--) {
        if (this.opens.has(at)) return this.operator(this.opens.get(at));
      }
      return "before the first operator";
    }

    part(step) {
      const part = this.steps.part[step];
      if (!part) return "";
      const of = sides[0].steps.graph.findIndex((graph, place) => graph === 0 && sides[0].steps.index[place] === part[0]);
      const kind = of < 0 ? "" : `, ${text(sides[0].steps.name[of])}`;
      return `part ${part[1] + 1} of ${part[2]} of operator ${part[0]}${kind} of the source`;
    }

    label(buffer) {
      return text(this.buffers.name[buffer]) || "(no name)";
    }

    // A name within a sentence: the first of joined names, and the end of a long path.
    short(buffer) {
      const name = this.label(buffer).split(";")[0];
      return name.length > 60 ? `\u2026${name.slice(-59)}` : name;
    }

    // Of a name with a path, as converters give, the component that the fewest other names have.
    brief(buffer) {
      if (!this.often) this.often = this.componentCounts();
      const parts = this.label(buffer).split(";")[0].split("/");
      return parts.reduce((best, part) => (this.often.get(part) <= this.often.get(best) ? part : best));
    }

    componentCounts() {
      const often = new Map();
      for (let buffer = 0; buffer < this.size; buffer++) {
        for (const part of new Set(this.label(buffer).split(";")[0].split("/"))) {
          often.set(part, (often.get(part) || 0) + 1);
        }
      }
      return often;
    }

    facts(buffer) {
      const b = this.buffers, end = b.address[buffer] + b.size[buffer];
      const rounded = b.size[buffer] === b.bytes[buffer] ? "" : `, takes ${count(b.size[buffer])}`;
      const facts = [["kind", KIND_NAMES[b.kind[buffer]]]];
      if (b.kind[buffer] !== "scratch") facts.push(["shape", `${text(b.shape[buffer])} ${text(b.type[buffer])}`.trim()]);
      facts.push(["bytes", `${count(b.bytes[buffer])}${rounded}`]);
      facts.push(["addresses", `${count(b.address[buffer])} to ${count(end - 1)}`]);
      const producer = b.producer[buffer];
      if (producer >= 0) {
        facts.push([b.kind[buffer] === "scratch" ? "requested by" : "producer", this.operator(producer)]);
        if (this.part(producer)) facts.push(["strip", this.part(producer)]);
      }
      const readers = b.consumers[buffer].map((step) => this.operator(step));
      if (readers.length) facts.push(["consumers", few(readers)]);
      facts.push(["lifetime", this.lifetime(buffer)]);
      const shared = (this.partners.get(buffer) || []).map(([other, bytes]) => `${count(bytes)} bytes with ${this.short(other)}`);
      if (shared.length) facts.push(["overlap", few(shared)]);
      if (this.pinned.has(buffer)) facts.push(["peak", "alive where the head is reached"]);
      return facts;
    }

    peakElement() {
      const b = this.buffers;
      const line = make("p");
      line.append(make("strong", both ? `${this.title}: ` : ""));
      if (this.peak === null) {
        line.append("the head is reached by tensors that no operator uses.");
        return line;
      }
      const pins = [...this.pins].sort((x, y) => b.size[y] - b.size[x]);
      line.append(`the head of ${count(this.head)} bytes is reached at ${this.when(this.peak)}. `);
      line.append(`What pins it: ${few(pins.map((pin) => `${this.short(pin)} (${count(b.size[pin])})`), 3)}.`);
      return line;
    }

    lifetime(buffer) {
      const first = this.buffers.first[buffer], last = this.buffers.last[buffer];
      if (last < 0) return "no operator uses it, but it takes bytes";
      const from = this.when(first);
      const to = this.when(last);
      return from === to ? from : `${from} to ${to}`;
    }
  }

  const few = (items, most = 4) =>
    items.slice(0, most).join("; ") + (items.length > most ? `; ${items.length - most} more` : "");

  const sides = [new Side(data.before, "before"), new Side(data.after, "after")];
  const both = !data.unchanged;

  // ---- State that all parts of the page draw from ----

  const state = {
    show: both ? "both" : "before", color: "kind", kept: data.keptAtFirst,
    side: null, buffer: -1, step: -1, hover: null, bytes: [0, 1],
  };
  const top = () => {
    const heads = sides.map((side) => side.head + (state.kept ? side.kept : 0));
    const most = Math.max(...heads, 1);
    const board = data.board && state.kept && data.board.bytes <= 1.6 * most ? data.board.bytes : 0;
    return Math.max(most, board) * 1.07;
  };

  const colors = {};
  function readColors() {
    const style = getComputedStyle(document.documentElement);
    for (const name of [...KINDS, "paper", "panel", "line", "grid", "ink", "soft", "accent", "edge", "hatch", "mark", "bound", "board", "kept"]) {
      colors[name] = style.getPropertyValue(`--${name}`).trim();
    }
    colors.parts = ["#4477aa", "#ccbb44", "#228833", "#ee6677", "#66ccee", "#aa3377"];
    const tile = document.createElement("canvas");
    tile.width = tile.height = 16;
    const pen = tile.getContext("2d");
    pen.strokeStyle = colors.hatch;
    pen.lineWidth = 2.6;
    pen.beginPath();
    for (const at of [-16, 0, 16]) { pen.moveTo(at - 2, 18); pen.lineTo(at + 18, -2); }
    for (const at of [-8, 8]) { pen.moveTo(at - 2, 18); pen.lineTo(at + 18, -2); }
    pen.stroke();
    colors.tile = tile;
  }

  function fillOf(side, buffer) {
    const kind = side.buffers.kind[buffer];
    if (state.color === "part") {
      const producer = side.buffers.producer[buffer];
      const part = producer >= 0 ? side.steps.part[producer] : 0;
      return part ? colors.parts[part[1] % colors.parts.length] : colors.unused;
    }
    return colors[kind];
  }

  // Black or white, whichever is easier to read on a color given as #rrggbb.
  function inkOn(color) {
    const [red, green, blue] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    return .299 * red + .587 * green + .114 * blue > 140 ? "#10202f" : "#ffffff";
  }

  // ---- A map with its bars ----

  const LEFT = 62, RIGHT = 8, UPPER = 14, LOWER = 6, AXIS = 30;

  function surface(canvas) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const pen = canvas.getContext("2d");
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.font = "12px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif";
    return { pen, width, height };
  }

  function ticks(low, high, most) {
    const span = high - low;
    if (!(span > 0)) return [low];
    let step = 1;
    const grow = span >= 4096 ? [2] : [2, 2.5, 2];
    for (let turn = 0; span / step > most; turn++) step *= grow[turn % grow.length];
    const found = [];
    for (let at = Math.ceil(low / step) * step; at <= high; at += step) found.push(at);
    return found;
  }

  const size = (bytes) => {
    if (bytes >= 1048576 && bytes % 65536 === 0) return `${+(bytes / 1048576).toFixed(3)} MiB`;
    if (bytes >= 1024 && bytes % 64 === 0) return `${+(bytes / 1024).toFixed(3)} KiB`;
    return bytes ? `${count(Math.round(bytes))} B` : "0";
  };

  class Panel {
    constructor(side) {
      this.side = side;
      this.view = [side.begin, side.end];
      this.root = make("div", undefined, "panel");
      this.root.id = `panel-${side.name}`;
      const title = make("h3", both ? `${side.title}: ` : "");
      title.append(make("span", side.summary));
      this.map = make("div", undefined, "plot map");
      this.map.id = `map-${side.name}`;
      this.map.tabIndex = 0;
      this.map.setAttribute("role", "listbox");
      this.map.setAttribute("aria-label",
        `${side.title}: ${count(side.size)} buffers, ${side.summary}. Arrow keys go from buffer to buffer.`);
      this.base = make("canvas");
      this.over = make("canvas");
      this.option = make("div", undefined, "hidden");
      this.option.id = `option-${side.name}`;
      this.option.setAttribute("role", "option");
      this.option.setAttribute("aria-selected", "false");
      this.base.setAttribute("aria-hidden", "true");
      this.over.setAttribute("aria-hidden", "true");
      this.map.append(this.base, this.over, this.option);
      this.sets = make("div", undefined, "plot sets");
      this.sets.id = `sets-${side.name}`;
      this.sets.setAttribute("role", "img");
      this.sets.setAttribute("aria-label", `${side.title}: working set of each operator. ${side.peakWords}`);
      this.bars = make("canvas");
      this.sets.append(this.bars);
      this.root.append(title, this.map, this.sets);
      this.listen();
    }

    get shown() { return !this.root.hidden; }

    x(scope) { return LEFT + (scope - this.view[0]) / (this.view[1] - this.view[0]) * (this.width - LEFT - RIGHT); }
    y(bytes) {
      const [low, high] = state.bytes;
      return this.height - LOWER - (bytes - low) / (high - low) * (this.height - UPPER - LOWER);
    }
    scope(x) { return this.view[0] + (x - LEFT) / (this.width - LEFT - RIGHT) * (this.view[1] - this.view[0]); }
    bytes(y) {
      const [low, high] = state.bytes;
      return low + (this.height - LOWER - y) / (this.height - UPPER - LOWER) * (high - low);
    }

    rectangle(buffer) {
      const b = this.side.buffers;
      return this.area(b.first[buffer], b.last[buffer], b.address[buffer], b.address[buffer] + b.size[buffer]);
    }

    area(first, last, low, high) {
      const x = this.x(first), y = this.y(high);
      return [x, y, Math.max(this.x(last + 1) - x, 1), Math.max(this.y(low) - y, 1)];
    }

    draw() {
      if (!this.shown) return;
      this.drawMap();
      this.drawOver();
      this.drawBars();
    }

    drawMap() {
      const { pen, width, height } = surface(this.base);
      Object.assign(this, { width, height });
      const side = this.side, b = side.buffers;
      this.drawScale(pen);
      pen.save();
      pen.beginPath();
      pen.rect(LEFT, 0, width - LEFT - RIGHT, height);
      pen.clip();
      if (state.kept && side.kept) this.drawKept(pen);
      for (let buffer = 0; buffer < side.size; buffer++) {
        const [x, y, w, h] = this.rectangle(buffer);
        if (x > width || x + w < LEFT || y > height || y + h < 0) continue;
        pen.fillStyle = fillOf(side, buffer);
        pen.fillRect(x, y, w, h);
        if (w > 3 && h > 3) {
          pen.strokeStyle = colors.edge;
          pen.lineWidth = 1;
          pen.strokeRect(x + .5, y + .5, w - 1, h - 1);
        }
      }
      pen.fillStyle = pen.createPattern(colors.tile, "repeat");
      if (pen.fillStyle.setTransform) pen.fillStyle.setTransform(new DOMMatrix().scale(.5));
      for (const [one, other] of side.shares) {
        const first = Math.max(b.first[one], b.first[other]), last = Math.min(b.last[one], b.last[other]);
        const low = Math.max(b.address[one], b.address[other]);
        const high = Math.min(b.address[one] + b.size[one], b.address[other] + b.size[other]);
        pen.fillRect(...this.area(first, last, low, high));
      }
      this.drawNames(pen);
      this.drawPeak(pen);
      this.drawLines(pen);
      pen.restore();
    }

    drawScale(pen) {
      pen.textBaseline = "middle";
      pen.textAlign = "right";
      pen.lineWidth = 1;
      for (const at of ticks(state.bytes[0], state.bytes[1], 7)) {
        const y = Math.round(this.y(at)) + .5;
        pen.strokeStyle = colors.grid;
        pen.beginPath();
        pen.moveTo(LEFT, y);
        pen.lineTo(this.width - RIGHT, y);
        pen.stroke();
        pen.fillStyle = colors.soft;
        if (y > 6) pen.fillText(size(at), LEFT - 6, y);
      }
    }

    drawKept(pen) {
      const side = this.side, low = this.y(side.head), high = this.y(side.head + side.kept);
      pen.fillStyle = colors.kept;
      pen.fillRect(LEFT, high, this.width, low - high);
      if (low - high > 16) {
        pen.fillStyle = colors.soft;
        pen.textAlign = "left";
        pen.fillText(`${data.keptName}: ${count(side.kept)}`, LEFT + 6, (low + high) / 2);
      }
    }

    drawNames(pen) {
      const side = this.side;
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      for (let buffer = 0; buffer < side.size; buffer++) {
        const [x, y, w, h] = this.rectangle(buffer);
        const left = Math.max(x, LEFT), right = Math.min(x + w, this.width - RIGHT);
        if (right - left < 46 || h < 15 || y + h < 0 || y > this.height) continue;
        const name = fitting(pen, side, buffer, right - left - 10);
        const middle = Math.min(Math.max(y + h / 2, 10), this.height - 10);
        pen.lineWidth = 3;
        pen.lineJoin = "round";
        pen.strokeStyle = fillOf(side, buffer);
        pen.strokeText(name, left + 5, middle);
        pen.fillStyle = inkOn(fillOf(side, buffer));
        pen.fillText(name, left + 5, middle);
      }
    }

    drawPeak(pen) {
      const side = this.side;
      if (side.peak === null) return;
      const x = this.x(side.peak), w = Math.max(this.x(side.peak + 1) - x, 2);
      pen.strokeStyle = pen.fillStyle = colors.mark;
      pen.lineWidth = 2;
      for (const buffer of side.pins) {
        const [bx, by, bw, bh] = this.rectangle(buffer);
        if (Math.min(bw, bh) >= 6) pen.strokeRect(bx + 1, by + 1, bw - 2, bh - 2);
        else pen.fillRect(x - 1, by, w + 2, Math.max(bh - 1, 1)); // an outline would hide what is so small
      }
      pen.fillStyle = colors.mark;
      const tip = Math.max(this.y(side.head), UPPER);
      pen.beginPath();
      pen.moveTo(x + w / 2, tip - 1);
      pen.lineTo(x + w / 2 - 6, tip - 11);
      pen.lineTo(x + w / 2 + 6, tip - 11);
      pen.fill();
    }

    drawLines(pen) {
      this.drawLine(pen, this.side.head, colors.mark, `head ${count(this.side.head)}`, [], false);
      if (data.bound) this.drawLine(pen, data.bound, colors.bound, `no plan has less: ${count(data.bound)}`, [2, 4], true);
      if (data.board && state.kept) {
        const fits = data.board.bytes <= state.bytes[1];
        const label = `RAM of ${data.board.name}: ${count(data.board.bytes)}`;
        if (fits) this.drawLine(pen, data.board.bytes, colors.board, label, [8, 4], false);
        else this.write(pen, `RAM ${count(data.board.bytes)}, above this picture \u2191`, 8, colors.board);
      }
    }

    drawLine(pen, bytes, color, label, dashes, below) {
      const y = Math.round(this.y(bytes)) + .5;
      pen.strokeStyle = color;
      pen.lineWidth = 1.5;
      pen.setLineDash(dashes);
      pen.beginPath();
      pen.moveTo(LEFT, y);
      pen.lineTo(this.width, y);
      pen.stroke();
      pen.setLineDash([]);
      const hidden = below && Math.abs(this.y(this.side.head) - y) < 4;
      if (!hidden) this.write(pen, label, below && y < this.height - 24 ? y + 9 : y - 8, color);
    }

    write(pen, label, y, color) {
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      pen.lineJoin = "round";
      pen.strokeStyle = colors.paper;
      pen.lineWidth = 4;
      const x = this.width - RIGHT - 4;
      pen.strokeText(label, x, y);
      pen.fillStyle = color;
      pen.fillText(label, x, y);
    }

    // Outlines what is chosen, and what shares bytes with it or has its name in the other map.
    drawOver() {
      const { pen } = surface(this.over);
      pen.save();
      pen.beginPath();
      pen.rect(LEFT, 0, this.width - LEFT - RIGHT, this.height);
      pen.clip();
      const step = state.side === this.side ? state.step : -1;
      if (step >= 0) {
        const x = this.x(this.side.steps.first[step]), w = Math.max(this.x(this.side.steps.last[step] + 1) - x, 2);
        pen.fillStyle = colors.accent;
        pen.globalAlpha = .22;
        pen.fillRect(x, 0, w, this.height);
        pen.globalAlpha = 1;
      }
      const chosen = state.side && state.buffer >= 0 ? this.match(state.side, state.buffer) : -1;
      if (chosen >= 0) this.outline(pen, chosen, 4, state.side === this.side ? [] : [6, 4]);
      if (chosen >= 0 && state.side === this.side) {
        for (const [other] of this.side.partners.get(chosen) || []) this.outline(pen, other, 2, [4, 3]);
      }
      const hover = state.hover ? this.match(state.hover.side, state.hover.buffer) : -1;
      if (hover >= 0) this.outline(pen, hover, 3, []);
      if (this.drag && this.drag.moved) {
        const { x, y, toX, toY } = this.drag;
        pen.fillStyle = colors.accent;
        pen.globalAlpha = .2;
        pen.fillRect(x, y, toX - x, toY - y);
        pen.globalAlpha = 1;
        pen.strokeStyle = colors.accent;
        pen.strokeRect(x, y, toX - x, toY - y);
      }
      pen.restore();
    }

    match(side, buffer) {
      if (side === this.side) return buffer;
      if (side.buffers.kind[buffer] === "scratch") return -1;
      const found = this.side.named.get(side.buffers.name[buffer]);
      return found === undefined ? -1 : found;
    }

    outline(pen, buffer, line, dashes) {
      const [x, y, w, h] = this.rectangle(buffer);
      pen.setLineDash([]);
      pen.strokeStyle = colors.paper;
      pen.lineWidth = line + 2;
      pen.strokeRect(x, y, w, h);
      pen.setLineDash(dashes);
      pen.strokeStyle = colors.ink;
      pen.lineWidth = line;
      pen.strokeRect(x, y, w, h);
      pen.setLineDash([]);
    }

    drawBars() {
      const { pen, width, height } = surface(this.bars);
      const side = this.side, floor = height - AXIS;
      const most = Math.max(...sides.map((each) => each.most), 1) * 1.08;
      const y = (bytes) => floor - bytes / most * (floor - 4);
      this.barsTop = { y, floor };
      pen.textBaseline = "middle";
      pen.textAlign = "right";
      for (const at of ticks(0, most, 3)) {
        const line = Math.round(y(at)) + .5;
        pen.strokeStyle = colors.grid;
        pen.beginPath();
        pen.moveTo(LEFT, line);
        pen.lineTo(width - RIGHT, line);
        pen.stroke();
        pen.fillStyle = colors.soft;
        if (line > 6) pen.fillText(size(at), LEFT - 6, line);
      }
      pen.save();
      pen.beginPath();
      pen.rect(LEFT, 0, width - LEFT - RIGHT, height);
      pen.clip();
      const from = Math.max(0, Math.floor(this.view[0])), to = Math.min(side.working.length, Math.ceil(this.view[1]));
      for (let scope = from; scope < to; scope++) {
        const x = this.x(scope), w = this.x(scope + 1) - x, gap = w > 6 ? 1 : 0;
        const working = side.working[scope], scratch = side.scratch[scope];
        pen.fillStyle = scope === side.peak ? colors.mark : colors.activation;
        pen.fillRect(x, y(working), Math.max(w - gap, 1), floor - y(working));
        pen.fillStyle = colors.scratch;
        if (scratch) pen.fillRect(x, y(working + scratch), Math.max(w - gap, 1), y(working) - y(working + scratch));
      }
      if (data.bound) {
        pen.strokeStyle = colors.bound;
        pen.lineWidth = 1.5;
        pen.setLineDash([2, 4]);
        pen.beginPath();
        pen.moveTo(LEFT, y(data.bound));
        pen.lineTo(width, y(data.bound));
        pen.stroke();
        pen.setLineDash([]);
      }
      const visible = side.steps.first.length / (side.end - side.begin) * (this.view[1] - this.view[0]);
      const every = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000].find((n) => visible / n <= (width - LEFT) / 44) || 10000;
      pen.restore();
      pen.fillStyle = colors.soft;
      pen.textAlign = "center";
      side.steps.first.forEach((scope, step) => {
        const x = this.x(scope + .5), index = side.steps.index[step];
        if (side.steps.graph[step] === 0 && index % every === 0 && x >= LEFT && x < width - 12) pen.fillText(String(index), x, floor + 9);
      });
      pen.fillStyle = colors.soft;
      pen.textAlign = "left";
      pen.fillText("Working set of each operator, in order", LEFT, height - 7);
    }

    // The buffer at a point, or within two pixels of it; the smallest of several.
    hit(x, y) {
      let best = -1, least = Infinity;
      for (let buffer = 0; buffer < this.side.size; buffer++) {
        const [bx, by, bw, bh] = this.rectangle(buffer);
        if (x < bx - 2 || x > bx + bw + 2 || y < by - 1 || y > by + bh + 1) continue;
        const inside = x >= bx && x < bx + bw && y >= by && y < by + bh;
        const cost = bw * bh + (inside ? 0 : 1e7);
        if (cost < least) { least = cost; best = buffer; }
      }
      return best;
    }

    listen() {
      const at = (event) => {
        const box = this.map.getBoundingClientRect();
        return [event.clientX - box.left, event.clientY - box.top];
      };
      this.map.addEventListener("pointermove", (event) => {
        const [x, y] = at(event);
        if (this.touch !== undefined) {
          this.pan((this.touch - x) * (this.view[1] - this.view[0]) / (this.width - LEFT - RIGHT));
          this.touch = x;
        }
        if (this.drag) {
          Object.assign(this.drag, { toX: Math.max(x, LEFT), toY: y });
          this.drag.moved = this.drag.moved || Math.hypot(x - this.drag.x, y - this.drag.y) > 6;
          if (this.drag.moved) { hideTip(); this.drawOver(); return; }
        }
        if (event.pointerType !== "touch") hover(this, x >= LEFT ? this.hit(x, y) : -1, event);
      });
      this.map.addEventListener("pointerleave", () => { if (!this.drag) hover(this, -1); });
      this.map.addEventListener("pointerdown", (event) => {
        const [x, y] = at(event);
        if (event.pointerType === "touch") { this.touch = x; return; }
        if (event.button || x < LEFT) return;
        this.drag = { x, y, toX: x, toY: y, moved: false };
        this.map.setPointerCapture(event.pointerId);
      });
      this.map.addEventListener("pointerup", (event) => {
        const drag = this.drag, [x, y] = at(event);
        this.drag = null;
        this.touch = undefined;
        if (drag && drag.moved) this.zoomTo(drag);
        else select(this.side, this.hit(x, y));
        this.drawOver();
      });
      this.map.addEventListener("pointercancel", () => { this.drag = null; this.touch = undefined; this.drawOver(); });
      this.map.addEventListener("dblclick", fit);
      this.map.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.zoom(event.deltaY < 0 ? .8 : 1.25, this.scope(at(event)[0]));
        draw();
      }, { passive: false });
      this.map.addEventListener("keydown", (event) => this.key(event));
      this.map.addEventListener("focus", () => {
        if (this.map.matches(":focus-visible") && (state.side !== this.side || state.buffer < 0)) select(this.side, this.side.pins[0] ?? this.side.byTime[0] ?? -1);
      });
      this.sets.addEventListener("pointermove", (event) => {
        const box = this.sets.getBoundingClientRect(), scope = Math.floor(this.scope(event.clientX - box.left));
        if (scope < 0 || scope >= this.side.working.length) { hideTip(); return; }
        const facts = [["working set", `${count(this.side.working[scope])} bytes`]];
        if (this.side.scratch[scope]) facts.push(["scratch", `${count(this.side.scratch[scope])} bytes`]);
        facts.push(["highest end", count(this.side.ends[scope])]);
        showTip(this.side.when(scope), facts, event);
      });
      this.sets.addEventListener("pointerleave", hideTip);
      this.sets.addEventListener("click", (event) => {
        const box = this.sets.getBoundingClientRect(), scope = Math.floor(this.scope(event.clientX - box.left));
        for (let before = scope; before > 0; before--) {
          if (this.side.opens.has(before)) { selectStep(this.side, this.side.opens.get(before)); return; }
        }
      });
    }

    key(event) {
      const steps = { ArrowRight: 1, ArrowLeft: -1 };
      const side = this.side, order = side.byTime;
      const place = state.side === side ? order.indexOf(state.buffer) : -1;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.shiftKey && event.key in steps) this.pan(steps[event.key] * (this.view[1] - this.view[0]) / 4);
      else if (event.key in steps) select(side, order[Math.min(Math.max(place + steps[event.key], 0), order.length - 1)]);
      else if (event.key === "Home") select(side, order[0]);
      else if (event.key === "End") select(side, order[order.length - 1]);
      else if (event.key === "ArrowUp" || event.key === "ArrowDown") select(side, this.neighbor(event.key === "ArrowUp"));
      else if (event.key === "+" || event.key === "=") zoomAll(.5);
      else if (event.key === "-") zoomAll(2);
      else if (event.key === "0") fit();
      else if (event.key === "Escape") { select(side, -1); hideTip(); }
      else return;
      event.preventDefault();
    }

    // The nearest buffer above or below that is alive at the same time.
    neighbor(above) {
      const b = this.side.buffers, from = state.buffer;
      if (state.side !== this.side || from < 0) return this.side.byTime[0];
      let best = from, distance = Infinity;
      for (let buffer = 0; buffer < this.side.size; buffer++) {
        const off = (b.address[buffer] - b.address[from]) * (above ? 1 : -1);
        if (b.first[buffer] > b.last[from] || b.last[buffer] < b.first[from]) continue;
        if (off > 0 && off < distance) { distance = off; best = buffer; }
      }
      return best;
    }

    zoomTo({ x, y, toX, toY }) {
      const [low, high] = [this.scope(Math.min(x, toX)), this.scope(Math.max(x, toX))];
      const middle = (low + high) / 2, half = Math.max(high - low, 1) / 2;
      this.setView(middle - half, middle + half);
      if (Math.abs(toY - y) > 24) {
        const [bottom, roof] = [this.bytes(Math.max(y, toY)), this.bytes(Math.min(y, toY))];
        state.bytes = [Math.max(bottom, 0), Math.max(roof, bottom + 16)];
      }
      draw();
    }

    zoom(factor, around) {
      const [low, high] = this.view;
      this.setView(around - (around - low) * factor, around + (high - around) * factor);
    }

    pan(scopes) {
      const [low, high] = this.view;
      const by = Math.min(Math.max(scopes, this.side.begin - low), this.side.end - high);
      this.setView(low + by, high + by);
      draw();
    }

    setView(low, high) {
      this.view = [Math.max(low, this.side.begin), Math.min(high, this.side.end)];
      if (this.view[1] - this.view[0] < 1) this.view = [Math.max(this.view[1] - 1, this.side.begin), this.view[1]];
    }

    // Keeps a chosen buffer in sight without a change of the zoom.
    reveal(buffer) {
      const b = this.side.buffers, [low, high] = this.view;
      if (b.last[buffer] + 1 <= low) this.pan(b.first[buffer] - low);
      else if (b.first[buffer] >= high) this.pan(b.last[buffer] + 1 - high);
      const [floor, roof] = state.bytes, end = b.address[buffer] + b.size[buffer];
      if (end <= floor || b.address[buffer] >= roof) { state.bytes = [0, top()]; draw(); }
    }

    tell() {
      const buffer = state.side === this.side ? state.buffer : -1;
      if (buffer < 0) { this.map.removeAttribute("aria-activedescendant"); this.option.textContent = ""; return; }
      const facts = this.side.facts(buffer).map(([name, value]) => `${name} ${value}`).join(", ");
      this.option.textContent = `${this.side.label(buffer)}: ${facts}`;
      this.option.setAttribute("aria-selected", "true");
      this.option.setAttribute("aria-setsize", String(this.side.size));
      this.option.setAttribute("aria-posinset", String(this.side.byTime.indexOf(buffer) + 1));
      this.map.setAttribute("aria-activedescendant", this.option.id);
    }
  }

  // The name, or what of it tells it from others, or as much of that as there is room for.
  function fitting(pen, side, buffer, room) {
    for (const name of [side.label(buffer), side.brief(buffer)]) {
      if (pen.measureText(name).width <= room) return name;
    }
    const name = side.brief(buffer);
    const letters = Math.floor(name.length * room / pen.measureText(name).width) - 1;
    return letters > 2 ? `${name.slice(0, letters)}\u2026` : "";
  }

  // ---- Choosing and pointing ----

  const panels = sides.map((side) => new Panel(side));

  function draw() { panels.forEach((panel) => panel.draw()); }
  function over() { panels.forEach((panel) => panel.shown && panel.drawOver()); }

  function select(side, buffer) {
    Object.assign(state, { side, buffer: buffer ?? -1, step: -1 });
    if (state.buffer >= 0) panels[sides.indexOf(side)].reveal(state.buffer);
    panels.forEach((panel) => panel.tell());
    describe();
    over();
    tables.mark();
  }

  function selectStep(side, step) {
    Object.assign(state, { side, buffer: -1, step });
    panels.forEach((panel) => panel.tell());
    describe();
    over();
    tables.mark();
  }

  function describe() {
    const { side, buffer, step } = state;
    const box = $("detail");
    if (side && buffer >= 0) box.replaceChildren(...description(side.label(buffer), side.facts(buffer), side));
    else if (side && step >= 0) box.replaceChildren(...description(side.operator(step), stepFacts(side, step), side));
    else box.replaceChildren(...(both ? sides : sides.slice(0, 1)).map((each) => each.peakElement()));
  }

  function stepFacts(side, step) {
    const s = side.steps, facts = [["working set", `${count(s.working[step])} bytes`]];
    if (s.scratch[step]) facts.push(["scratch", `${count(s.scratch[step])} bytes`]);
    facts.push(["MACs", count(s.macs[step])]);
    if (side.part(step)) facts.push(["strip", side.part(step)]);
    facts.push(["strips", text(s.why[step])]);
    return facts;
  }

  function description(title, facts, side) {
    const heading = make("h3", title);
    if (both) heading.append(make("span", ` (${side.title.toLowerCase()})`, "hint"));
    const list = make("dl");
    for (const [name, value] of facts) {
      const pair = make("div");
      pair.append(make("dt", name), make("dd", value));
      list.append(pair);
    }
    return [heading, list];
  }

  function hover(panel, buffer, event) {
    const before = state.hover;
    state.hover = buffer < 0 ? null : { side: panel.side, buffer };
    if (buffer < 0) hideTip();
    else showTip(panel.side.label(buffer), panel.side.facts(buffer), event);
    if ((before && before.buffer) !== (state.hover && state.hover.buffer) || (before && before.side) !== (state.hover && state.hover.side)) over();
  }

  function showTip(title, facts, event) {
    const tip = $("tip"), list = make("dl");
    for (const [name, value] of facts) list.append(make("dt", name), make("dd", value));
    tip.replaceChildren(make("h3", title), list);
    tip.hidden = false;
    const box = tip.getBoundingClientRect();
    const left = event.clientX + 16 + box.width > innerWidth ? event.clientX - 16 - box.width : event.clientX + 16;
    const upper = Math.min(event.clientY + 14, innerHeight - box.height - 8);
    tip.style.left = `${Math.max(left, 6)}px`;
    tip.style.top = `${Math.max(upper, 6)}px`;
  }

  function hideTip() { $("tip").hidden = true; }

  function zoomAll(factor) {
    for (const panel of panels) {
      const b = panel.side.buffers, buffer = state.side === panel.side ? state.buffer : -1;
      const middle = (panel.view[0] + panel.view[1]) / 2;
      panel.zoom(factor, buffer < 0 ? middle : (b.first[buffer] + b.last[buffer] + 1) / 2);
    }
    draw();
  }

  function fit() {
    for (const panel of panels) panel.view = [panel.side.begin, panel.side.end];
    state.bytes = [0, top()];
    draw();
  }

  // ---- Tables ----

  class Table {
    constructor(table, more, columns, chosen) {
      Object.assign(this, { table, more, columns, chosen, sort: 0, down: false, limit: ROWS, words: "" });
      const row = table.tHead.rows[0];
      columns.forEach((column, place) => {
        const head = make("th", undefined, column.number ? "number" : "");
        head.scope = "col";
        const button = make("button", column.title);
        button.type = "button";
        button.addEventListener("click", () => this.order(place));
        head.append(button);
        row.append(head);
      });
      more.addEventListener("click", () => { this.limit = Infinity; this.fill(); });
    }

    of(side, rows) {
      Object.assign(this, { side, rows, limit: ROWS });
      this.fill();
    }

    order(place) {
      const numbers = this.columns[place].number && place > 0;
      this.down = this.sort === place ? !this.down : numbers;
      this.sort = place;
      this.fill();
    }

    matching() {
      const words = this.words.toLowerCase().split(/\s+/).filter(Boolean);
      if (!words.length) return this.rows;
      return this.rows.filter((row) => {
        const said = this.columns.map((column) => String(column.value(this.side, row))).join(" ").toLowerCase();
        return words.every((word) => said.includes(word));
      });
    }

    fill() {
      const column = this.columns[this.sort], turn = this.down ? -1 : 1;
      const rows = [...this.matching()].sort((a, b) => {
        const [x, y] = [column.value(this.side, a), column.value(this.side, b)];
        return (x < y ? -1 : x > y ? 1 : a - b) * (x === y ? 1 : turn);
      });
      [...this.table.tHead.rows[0].cells].forEach((head, place) => {
        head.firstChild.textContent = this.columns[place].title + (place === this.sort ? (this.down ? " \u2193" : " \u2191") : "");
        if (place === this.sort) head.setAttribute("aria-sort", this.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
      });
      this.table.tBodies[0].replaceChildren(...rows.slice(0, this.limit).map((row) => this.row(row)));
      this.more.hidden = rows.length <= this.limit;
      this.more.textContent = `Show all ${count(rows.length)}`;
      this.found = rows.length;
      this.mark();
    }

    row(row) {
      const line = make("tr");
      line.dataset.row = row;
      this.columns.forEach((column, place) => {
        const value = column.value(this.side, row), cell = make("td", undefined, column.number ? "number" : column.words ? "words" : "");
        const shown = column.shown ? column.shown(this.side, row) : column.number && place > 0 ? count(value) : String(value);
        if (place === 0) {
          const button = make("button", shown);
          button.type = "button";
          button.setAttribute("aria-label", `${column.title} ${shown}: show in the map`);
          button.addEventListener("click", () => this.chosen(this.side, row));
          cell.append(button);
        } else cell.textContent = shown;
        line.append(cell);
      });
      if (this.peak) line.classList.toggle("peak", this.peak(this.side, row));
      return line;
    }

    mark() {
      if (!this.rows) return;
      const now = state.side === this.side ? this.current() : -1;
      for (const line of this.table.tBodies[0].rows) line.classList.toggle("chosen", +line.dataset.row === now);
    }
  }

  const operators = new Table($("table"), $("more"), [
    { title: "#", number: true, value: (side, row) => row, shown: (side, row) =>
      (side.steps.graph[row] ? `graph ${side.steps.graph[row]}: ` : "") + side.steps.index[row] },
    { title: "Operator", value: (side, row) => text(side.steps.name[row]) },
    { title: "Working set", number: true, value: (side, row) => side.steps.working[row] },
    { title: "Scratch", number: true, value: (side, row) => side.steps.scratch[row] },
    { title: "MACs", number: true, value: (side, row) => side.steps.macs[row] },
    { title: "In strips", words: true, value: (side, row) => text(side.steps.why[row]) },
  ], selectStep);
  operators.current = () => state.step;
  operators.peak = (side, row) => side.peak !== null && side.steps.first[row] <= side.peak && side.peak <= side.steps.last[row];

  const buffers = new Table($("buffers").querySelector("table"), $("more-buffers"), [
    { title: "#", number: true, value: (side, row) => row },
    { title: "Name", words: true, value: (side, row) => side.label(row) },
    { title: "Kind", value: (side, row) => KIND_NAMES[side.buffers.kind[row]] },
    { title: "Shape", value: (side, row) => `${text(side.buffers.shape[row])} ${text(side.buffers.type[row])}`.trim() },
    { title: "Address", number: true, value: (side, row) => side.buffers.address[row] },
    { title: "Bytes", number: true, value: (side, row) => side.buffers.bytes[row] },
    { title: "Lifetime", words: true, value: (side, row) => side.lifetime(row) },
    { title: "Overlap", words: true, value: (side, row) =>
      few((side.partners.get(row) || []).map(([other, bytes]) => `${count(bytes)} with ${side.short(other)}`), 2) },
  ], (side, row) => { select(side, row); panels[sides.indexOf(side)].map.scrollIntoView({ block: "center" }); });
  buffers.current = () => state.buffer;

  const tables = {
    show(side) {
      this.side = side;
      operators.of(side, side.steps.first.map((_, step) => step));
      this.tell();
      if ($("buffers").open) this.fillBuffers();
    },
    fillBuffers() { buffers.of(this.side, [...Array(this.side.size).keys()]); },
    tell() { $("count").textContent = `${count(operators.found)} of ${count(operators.rows.length)} operators`; },
    mark() { operators.mark(); buffers.mark(); },
  };

  $("filter").addEventListener("input", (event) => {
    operators.words = event.target.value;
    operators.limit = ROWS;
    operators.fill();
    tables.tell();
  });
  $("buffers").addEventListener("toggle", () => { if ($("buffers").open) tables.fillBuffers(); });

  // ---- Legend, theme, tools ----

  function legend() {
    const used = new Set(sides.flatMap((side) => side.buffers.kind));
    const entries = state.color === "kind"
      ? KINDS.filter((kind) => used.has(kind)).map((kind) => [KIND_NAMES[kind], (pen) => { pen.fillStyle = colors[kind]; pen.fillRect(0, 0, 44, 28); }])
      : [["first, second, \u2026 strip of an operator", (pen) => colors.parts.forEach((color, place) => {
        pen.fillStyle = color;
        pen.fillRect(place * 44 / 6, 0, 8, 28);
      })], ["not in strips", (pen) => { pen.fillStyle = colors.unused; pen.fillRect(0, 0, 44, 28); }]];
    if (sides.some((side) => side.shares.length)) entries.push(["bytes shared by two buffers", (pen) => {
      pen.fillStyle = colors.activation;
      pen.fillRect(0, 0, 44, 28);
      pen.fillStyle = pen.createPattern(colors.tile, "repeat");
      pen.fillRect(0, 0, 44, 28);
    }]);
    entries.push(["peak, and what pins it", (pen) => { pen.strokeStyle = colors.mark; pen.lineWidth = 5; pen.strokeRect(2, 2, 40, 24); }]);
    if (data.bound) entries.push([`lower bound: ${data.boundWords}`, (pen) => line(pen, colors.bound, [4, 6])]);
    if (data.board) entries.push([`RAM of ${data.board.name}`, (pen) => line(pen, colors.board, [14, 6])]);
    $("legend").replaceChildren(...entries.map(([words, paint]) => {
      const item = make("li"), swatch = make("canvas");
      swatch.width = 44;
      swatch.height = 28;
      swatch.setAttribute("aria-hidden", "true");
      paint(swatch.getContext("2d"));
      item.append(swatch, words);
      return item;
    }));
  }

  function line(pen, color, dashes) {
    pen.strokeStyle = color;
    pen.lineWidth = 4;
    pen.setLineDash(dashes);
    pen.beginPath();
    pen.moveTo(0, 14);
    pen.lineTo(44, 14);
    pen.stroke();
  }

  const system = matchMedia("(prefers-color-scheme: dark)");
  function isDark() {
    const chosen = document.documentElement.dataset.theme;
    return chosen ? chosen === "dark" : system.matches;
  }
  function paint() {
    $("theme").textContent = isDark() ? "Light" : "Dark";
    readColors();
    legend();
    draw();
  }
  $("theme").addEventListener("click", () => {
    document.documentElement.dataset.theme = isDark() ? "light" : "dark";
    paint();
  });
  system.addEventListener("change", paint);
  addEventListener("beforeprint", () => { state.theme = document.documentElement.dataset.theme || ""; document.documentElement.dataset.theme = "light"; paint(); });
  addEventListener("afterprint", () => {
    if (state.theme) document.documentElement.dataset.theme = state.theme;
    else delete document.documentElement.dataset.theme;
    paint();
  });

  function arrange(which) {
    state.show = which;
    panels.forEach((panel) => { panel.root.hidden = which !== "both" && which !== panel.side.name; });
    $("maps").classList.toggle("one", which !== "both");
  }
  for (const input of document.querySelectorAll("input[name=show]")) input.addEventListener("change", () => { arrange(input.value); draw(); });
  for (const input of document.querySelectorAll("input[name=table]")) {
    input.addEventListener("change", () => tables.show(sides[input.value === "before" ? 0 : 1]));
  }
  $("color").addEventListener("change", (event) => { state.color = event.target.value; legend(); draw(); });
  $("color").parentElement.hidden = !sides.some((side) => side.parts);
  $("kept").checked = state.kept;
  $("kept-label").textContent = data.board ? `${data.keptName} and the board's RAM` : data.keptName;
  $("kept").parentElement.hidden = !data.board && !sides.some((side) => side.kept);
  $("kept").addEventListener("change", (event) => { state.kept = event.target.checked; state.bytes = [0, top()]; draw(); });
  $("zoom-in").addEventListener("click", () => zoomAll(.5));
  $("zoom-out").addEventListener("click", () => zoomAll(2));
  $("zoom-fit").addEventListener("click", fit);
  for (const button of document.querySelectorAll(".command button")) {
    button.addEventListener("click", async () => {
      const command = button.parentElement.querySelector("pre");
      getSelection().selectAllChildren(command);
      try {
        await navigator.clipboard.writeText(command.textContent);
        button.textContent = "Copied";
      } catch { button.textContent = "Selected"; }
    });
  }

  // ---- Start ----

  if (!both) for (const choice of document.querySelectorAll(".choice")) choice.hidden = true;
  $("tools").hidden = false;
  describe();
  $("maps").append(...panels.map((panel) => panel.root));
  state.bytes = [0, top()];
  arrange(state.show);
  paint();
  tables.show(sides[both ? 1 : 0]);
  let width = $("maps").clientWidth;
  new ResizeObserver(() => {
    if (width === $("maps").clientWidth) return;
    width = $("maps").clientWidth;
    draw();
  }).observe($("maps"));
})();
