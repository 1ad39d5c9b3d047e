// A message centre (SMSC) that speaks SMPP 3.4: an independent peer for tests and demonstration.
//
// node peers/smsc.js '<settings as JSON>'; settings and their defaults are below. It prints one
// line {"port": ..., "control_port": ...} when it listens. What it accepts it writes to its
// statement before it answers; what it tells (receipts, replies) it tells again until answered,
// also in a later session. It never invents: a message refused, or lost with the link before it
// was accepted, is not in the statement and has no receipt.
'use strict';
const fs = require('fs');
const net = require('net');
const crypto = require('crypto');
const smpp = require('smpp');

const settings = Object.assign({
  host: '127.0.0.1', port: 0, control_port: 0,
  system_id: 'app', password: 'secret',
  tls_key: '', tls_cert: '',       // files; with both it speaks TLS only
  senders: [],                     // registered source addresses; empty: every one
  refused_numbers: [],             // destinations answered ESME_RINVDSTADR
  undeliverable_numbers: [],       // accepted, then receipted UNDELIV
  most_per_second: 0,              // above it: ESME_RTHROTTLED; 0: no limit
  throttle_every: 0,               // every n-th submission: ESME_RTHROTTLED
  full_every: 0,                   // every n-th submission: ESME_RMSGQFUL
  most_unanswered: 0,              // submissions in hand above it: ESME_RTHROTTLED; 0: no limit
  answer_after_ms: 0,
  silent_every: 0,                 // every n-th accepted submission is never answered
  drop_chance: 0, seed: 1,         // chance that a submission ends the link, before or after taking it
  receipts: 'both',                // both | tlv | text | none
  receipt_after_ms: [5, 20],
  echo_reference: true,            // user_message_reference in receipts
  first_id: 0,                     // the id before the first: a later start must not repeat ids
  ids: 'same',                     // decimal_of_hex: the answer names it in hex, the receipt in decimal
  deliver_window: 200, tell_again_ms: 5000,
  replies: [],                     // [{"when": "regular expression", "text": "..."}]: inbound replies
  statement: '',
}, JSON.parse(process.argv[2] || '{}'));

const counts = { accepted: 0, refused: 0, throttled: 0, dropped: 0, told: 0, answered: 0 };
let statement = settings.statement ? fs.openSync(settings.statement, 'a') : null;
let submissions = 0, lastId = settings.first_id, second = 0, inSecond = 0, unanswered = 0;

// mulberry32: the same seed drops the links at the same submissions
let state = settings.seed >>> 0;
function chance() {
  state = (state + 0x6D2B79F5) >>> 0;
  let t = state;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
}

// ---- what is told to the other side: a queue that survives its sessions ----
const waiting = [];                // deliveries not told in a living session
const receivers = new Set();
let turn = 0;

function tell(delivery) { waiting.push(delivery); pump(); }

function pump() {
  const open = [...receivers];
  if (!open.length) return;
  let full = 0;
  while (waiting.length && full < open.length) {
    const session = open[turn++ % open.length];
    if (session.inHand.size >= settings.deliver_window) { full++; continue; }
    full = 0;
    const delivery = waiting.shift();
    const pdu = new smpp.PDU('deliver_sm', Object.assign({}, delivery));
    counts.told++;
    if (!session.send(pdu, () => { answered(session, pdu.sequence_number); })) {
      waiting.unshift(delivery);
      return;
    }
    session.inHand.set(pdu.sequence_number, delivery);
    const again = setTimeout(() => {
      if (session.inHand.delete(pdu.sequence_number)) tell(delivery);
    }, settings.tell_again_ms);
    again.unref();
  }
}

function answered(session, sequence) {
  if (session.inHand.delete(sequence)) { counts.answered++; if (waiting.length) pump(); }
}

function receiptOf(accepted) {
  const failed = settings.undeliverable_numbers.includes(accepted.destination);
  const stat = failed ? 'UNDELIV' : 'DELIVRD';
  const at = new Date(Date.now() + 8 * 3600e3).toISOString().replace(/[-:T]/g, '').slice(2, 12);
  const id = settings.ids === 'decimal_of_hex' ? String(parseInt(accepted.id, 16)) : accepted.id;
  const receipt = {
    source_addr_ton: accepted.ton, source_addr_npi: 1, source_addr: accepted.destination,
    destination_addr: accepted.source, esm_class: 4, data_coding: 0, short_message: '',
  };
  if (settings.receipts !== 'tlv') {
    receipt.short_message = `id:${id} sub:001 dlvrd:${failed ? '000' : '001'} submit date:${at} ` +
      `done date:${at} stat:${stat} err:${failed ? '012' : '000'} text:`;
  }
  if (settings.receipts !== 'text') {
    receipt.receipted_message_id = accepted.id;
    receipt.message_state = failed ? 5 : 2;
  }
  if (settings.echo_reference && accepted.reference !== undefined) {
    receipt.user_message_reference = accepted.reference;
  }
  return receipt;
}

function reply({ from, to, text, gsm }) {
  const envelope = { source_addr_ton: 1, source_addr_npi: 1, source_addr: from, destination_addr: to };
  if (gsm) { tell({ ...envelope, data_coding: 0, short_message: text }); return; }
  const octets = Buffer.from(text, 'utf16le').swap16();
  if (octets.length <= 140) { tell({ ...envelope, data_coding: 8, short_message: octets }); return; }
  const total = Math.ceil(octets.length / 134), reference = crypto.randomInt(256);
  for (let n = 0; n < total; n++) {
    const udh = Buffer.from([5, 0, 3, reference, total, n + 1]);
    tell({ ...envelope, esm_class: 0x40, data_coding: 8,
      short_message: Buffer.concat([udh, octets.subarray(n * 134, n * 134 + 134)]) });
  }
}

// ---- what comes in ----
const puzzles = new Map();

function place(pdu) {
  const udh = (pdu.short_message && pdu.short_message.udh) || [];
  const whole = udh.find(e => e[0] === 0 && e[1] === 3);
  if (whole) return [whole[2], whole[3], whole[4]];
  if (pdu.sar_total_segments) return [pdu.sar_msg_ref_num, pdu.sar_total_segments, pdu.sar_segment_seqnum];
  return [0, 1, 1];
}

function textOf(pdu) {
  const held = pdu.message_payload || pdu.short_message;
  return String(held && held.message !== undefined ? held.message : held || '');
}

function accept(pdu, id) {
  const [reference, parts, part] = place(pdu);
  const key = `${pdu.source_addr}>${pdu.destination_addr}#${reference}/${parts}#${pdu.user_message_reference}`;
  let whole = null;
  if (parts === 1) whole = textOf(pdu);
  else {
    const held = puzzles.get(key) || puzzles.set(key, new Map()).get(key);
    held.set(part, textOf(pdu));
    if (held.size === parts) {
      whole = [...held.keys()].sort((a, b) => a - b).map(n => held.get(n)).join('');
      puzzles.delete(key);
    }
  }
  const line = {
    time: new Date().toISOString(), message_id: id, source: pdu.source_addr,
    destination: pdu.destination_addr, user_message_reference: pdu.user_message_reference ?? null,
    part, parts, data_coding: pdu.data_coding, validity: pdu.validity_period || null,
    sha256: whole === null ? null : crypto.createHash('sha256').update(whole, 'utf8').digest('hex'),
  };
  if (statement !== null) fs.writeSync(statement, JSON.stringify(line) + '\n');
  counts.accepted++;
  if (pdu.registered_delivery & 1 && settings.receipts !== 'none') {
    const [least, most] = settings.receipt_after_ms;
    setTimeout(tell, least + (most - least) * chance(), receiptOf({
      id, source: pdu.source_addr, destination: pdu.destination_addr, ton: pdu.dest_addr_ton,
      reference: pdu.user_message_reference }));
  }
  for (const rule of whole === null ? [] : settings.replies) {
    if (new RegExp(rule.when, 'u').test(whole)) {
      setTimeout(reply, 10, { from: pdu.destination_addr, to: pdu.source_addr, text: rule.text });
    }
  }
}

function complaint(pdu) {
  const now = Math.floor(Date.now() / 1000);
  if (now !== second) { second = now; inSecond = 0; }
  if (settings.senders.length && !settings.senders.includes(pdu.source_addr)) return smpp.ESME_RINVSRCADR;
  if (settings.refused_numbers.includes(pdu.destination_addr)) return smpp.ESME_RINVDSTADR;
  if (!/^\d{5,15}$/.test(pdu.destination_addr)) return smpp.ESME_RINVDSTADR;
  if (settings.throttle_every && submissions % settings.throttle_every === 0) return smpp.ESME_RTHROTTLED;
  if (settings.full_every && submissions % settings.full_every === 0) return smpp.ESME_RMSGQFUL;
  if (settings.most_unanswered && unanswered >= settings.most_unanswered) return smpp.ESME_RTHROTTLED;
  if (settings.most_per_second && ++inSecond > settings.most_per_second) return smpp.ESME_RTHROTTLED;
  return 0;
}

// What is still in its buffers is lost with it.
function drop(session) { counts.dropped++; session.isDropped = true; session.destroy(); }

function submitted(session, pdu) {
  if (session.isDropped) return;
  submissions++;
  if (session.role === 'receiver' || !session.role) {
    session.send(pdu.response({ command_status: smpp.ESME_RINVBNDSTS })); return;
  }
  const status = complaint(pdu);
  if (status) {
    counts[status === smpp.ESME_RTHROTTLED || status === smpp.ESME_RMSGQFUL ? 'throttled' : 'refused']++;
    session.send(pdu.response({ command_status: status }));
    return;
  }
  const fate = settings.drop_chance ? chance() : 1;
  if (fate < settings.drop_chance / 2) { drop(session); return; }
  const id = settings.ids === 'decimal_of_hex' ? (++lastId + 0xA0000).toString(16) : String(++lastId);
  accept(pdu, id);
  if (fate < settings.drop_chance) { drop(session); return; }
  if (settings.silent_every && counts.accepted % settings.silent_every === 0) return;
  const answer = () => session.send(pdu.response({ message_id: id }));
  if (!settings.answer_after_ms) { answer(); return; }
  unanswered++;
  setTimeout(() => { unanswered--; answer(); }, settings.answer_after_ms);
}

const options = { noDelay: true };
if (settings.tls_key) {
  options.key = fs.readFileSync(settings.tls_key);
  options.cert = fs.readFileSync(settings.tls_cert);
}
const sessions = new Set();
const server = smpp.createServer(options, session => {
  session.inHand = new Map();
  sessions.add(session);
  session.on('error', () => session.destroy());
  session.on('close', () => {
    sessions.delete(session);
    receivers.delete(session);
    waiting.unshift(...session.inHand.values());
    session.inHand.clear();
    pump();
  });
  for (const role of ['transceiver', 'transmitter', 'receiver']) {
    session.on(`bind_${role}`, pdu => {
      const known = pdu.system_id === settings.system_id && pdu.password === settings.password;
      if (!known) {
        session.send(pdu.response({ command_status: smpp.ESME_RBINDFAIL }));
        return;
      }
      session.role = role;
      session.send(pdu.response({ system_id: 'SMSC' }));
      if (role !== 'transmitter') { receivers.add(session); pump(); }
    });
  }
  session.on('enquire_link', pdu => session.send(pdu.response()));
  session.on('unbind', pdu => { session.send(pdu.response()); session.close(); });
  session.on('submit_sm', pdu => submitted(session, pdu));
});

// ---- control: one JSON object a line, one answer a line ----
const control = net.createServer(socket => {
  let held = '';
  socket.on('error', () => {});
  socket.on('data', octets => {
    held += octets;
    for (let end; (end = held.indexOf('\n')) >= 0; held = held.slice(end + 1)) {
      socket.write(JSON.stringify(order(JSON.parse(held.slice(0, end)))) + '\n');
    }
  });
});

function order(wish) {
  if (wish.reply) reply(wish.reply);
  if (wish.deliver) {                       // any deliver_sm, octets as hexadecimal in short_message
    const raw = { ...wish.deliver };
    if (raw.hex !== undefined) { raw.short_message = Buffer.from(raw.hex, 'hex'); delete raw.hex; }
    if (raw.payload_hex) { raw.message_payload = Buffer.from(raw.payload_hex, 'hex'); delete raw.payload_hex; }
    tell(raw);
  }
  if (wish.set) Object.assign(settings, wish.set);
  if (wish.drop) [...sessions].forEach(drop);
  if (wish.unbind) [...sessions].forEach(session => session.unbind(() => session.close()));
  if (wish.statement) { if (statement !== null) fs.closeSync(statement); statement = fs.openSync(wish.statement, 'a'); }
  if (wish.stop) setTimeout(() => process.exit(0), 20);
  const inHand = [...sessions].reduce((n, s) => n + s.inHand.size, 0);
  return { ...counts, submissions, sessions: sessions.size, waiting: waiting.length, in_hand: inHand };
}

server.listen(settings.port, settings.host, () => control.listen(settings.control_port, settings.host, () => {
  console.log(JSON.stringify({ port: server.address().port, control_port: control.address().port }));
}));
process.stdin.on('end', () => process.exit(0)).resume();   // the starter is gone
