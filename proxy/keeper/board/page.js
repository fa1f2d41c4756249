// What changes is fetched as the page that the server writes, so that there is one place which writes numbers;
// the past comes as numbers, and is drawn here. Text gets into the document by textContent alone.
'use strict';
(() => {
	const every = 5000, kinds = 8, ranges = [['1 h', 60, 1], ['6 h', 360, 5], ['24 h', 1440, 15]];
	const past = document.getElementById('past');
	let chosen = null, range = ranges[2], series = null, fetched = 0;

	const svg = (name, attributes, text) => {
		const e = document.createElementNS('http://www.w3.org/2000/svg', name);
		for (const [key, value] of Object.entries(attributes)) e.setAttribute(key, value);
		if (text !== undefined) e.textContent = text;
		return e;
	};
	const element = (name, className, text) => {
		const e = document.createElement(name);
		if (className) e.className = className;
		if (text !== undefined) e.textContent = text;
		return e;
	};
	const show = n => n.toLocaleString('en');
	const clock = ms => new Date(ms).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', timeZone: 'UTC' });

	// A round number that is at least as large as n.
	const ceiling = n => {
		const power = 10 ** Math.floor(Math.log10(Math.max(n, 1)));
		return [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10].map(k => Math.round(10 * k) * power / 10).find(k => k >= n && k % 1 === 0);
	};

	// The last minutes of a list in bins of some minutes, the newest last; null: nobody looked then.
	const bins = (list, join) => {
		const [, minutes, step] = range, out = [];
		for (let i = list.length - minutes; i < list.length; i += step) {
			const part = list.slice(Math.max(i, 0), Math.max(i + step, 0));
			out.push(part.length ? part.reduce(join, 0) : null);
		}
		return out;
	};
	const sum = (a, b) => a + b, most = (a, b) => Math.max(a, b);

	// rows: [name, class, values by bin], stacked from below.
	const draw = (id, rows, height) => {
		const at = document.getElementById(id), width = Math.max(at.clientWidth, 240);
		const left = 36, right = 4, top = 8, bottom = 18, count = rows[0][2].length;
		const [, minutes, step] = range, end = Date.parse(series.end) + 60000;
		const totals = rows[0][2].map((_, i) => rows.reduce((n, row) => n + (row[2][i] || 0), 0));
		const high = ceiling(Math.max(...totals)), w = (width - left - right) / count, scale = (height - top - bottom) / high;
		const picture = svg('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img' });

		for (const part of [0, .5, 1]) {
			const y = Math.round(height - bottom - part * high * scale) + .5, n = part * high;
			picture.append(svg('line', { class: 'grid', x1: left, x2: width - right, y1: y, y2: y }));
			if (n === Math.round(n))
				picture.append(svg('text', { x: left - 6, y: y + 4, 'text-anchor': 'end' }, show(n)));
		}
		const unseen = rows[0][2].findIndex(n => n !== null);
		if (unseen > 0)
			picture.append(svg('rect', { class: 'unseen', x: left, y: top, width: unseen * w, height: height - top - bottom }));
		if (unseen * w > 90)
			picture.append(svg('text', { x: left + unseen * w / 2, y: (top + height - bottom) / 2 + 4, 'text-anchor': 'middle' }, 'not seen'));
		for (let i = 0; i < count; i++) {
			let y = height - bottom;
			for (const [, name, values] of rows) {
				const h = (values[i] || 0) * scale;
				if (h === 0) continue;
				y -= h;
				picture.append(svg('rect', { class: name, x: (left + i * w + w * .1).toFixed(2), y: y.toFixed(2), width: (w * .8).toFixed(2), height: h.toFixed(2) }));
			}
			const zone = svg('rect', { class: 'zone', x: left + i * w, y: top, width: w, height: height - top - bottom });
			const from = end - (count - i) * step * 60000, parts = rows.filter(row => row[2][i]).map(row => `${row[0]} ${show(row[2][i])}`);
			zone.append(svg('title', {}, `${clock(from)} to ${clock(from + step * 60000)}\n` +
				(rows[0][2][i] === null ? 'not seen' : parts.join('\n') || 'none')));
			picture.append(zone);
		}
		const marks = width < 420 ? 3 : 6;
		for (let k = 0; k <= marks; k++) {
			const x = left + (width - left - right) * k / marks;
			picture.append(svg('text', { x, y: height - 4, 'text-anchor': k === 0 ? 'start' : k === marks ? 'end' : 'middle' },
				clock(end - minutes * 60000 * (1 - k / marks))));
		}
		at.replaceChildren(picture);
	};

	const drawAll = () => {
		if (!series) return;
		past.hidden = false;
		range = chosen || ranges.find(r => r[1] >= series.messages.length) || ranges[ranges.length - 1];
		for (const b of document.querySelectorAll('.ranges button')) b.setAttribute('aria-pressed', b.textContent === range[0]);
		const all = Object.entries(series.refused).map(([name, list]) => [name, list, bins(list, sum)]);
		const of = values => values.reduce((n, v) => n + (v || 0), 0);
		// By the whole day, so that a rule has its colour in every range.
		const rows = all.sort((a, b) => of(b[1]) - of(a[1])).map(([name, , values]) => [name, '', values]);
		const shown = rows.slice(0, kinds - 1), rest = rows.slice(kinds - 1);
		if (rest.length)
			shown.push(['others', '', rest[0][2].map((n, i) => n === null ? null : rest.reduce((s, row) => s + row[2][i], 0))]);
		shown.forEach((row, i) => { row[1] = `k${i}`; });

		const legend = document.querySelector('#past .legend');
		legend.replaceChildren(...shown.map(([name, className, values]) => {
			const li = element('li'), key = svg('svg', { viewBox: '0 0 1 1' });
			key.append(svg('rect', { class: className, width: 1, height: 1 }));
			li.append(key, name, element('b', '', show(of(values))));
			return li;
		}));
		if (!shown.length) {
			legend.append(element('li', 'none', 'Nothing was refused.'));
			shown.push(['', '', bins(series.messages, sum).map(n => n === null ? null : 0)]);
		}
		draw('refused', shown, 190);
		draw('messages', [['messages', 'k2', bins(series.messages, sum)]], 110);
		draw('sessions-past', [['sessions', 'k0', bins(series.sessions, most)]], 110);
	};

	const get = async path => {
		const r = await fetch(path, { cache: 'no-store', redirect: 'error' });
		if (!r.ok) throw new Error(r.statusText);
		return r;
	};

	const refresh = async () => {
		if (document.hidden) return;
		try {
			const fresh = new DOMParser().parseFromString(await (await get('/')).text(), 'text/html');
			for (const id of ['head', 'top', 'tables']) {
				const old = document.getElementById(id), scrolled = [...old.querySelectorAll('.tall')].map(e => e.scrollTop);
				old.replaceWith(document.adoptNode(fresh.getElementById(id)));
				document.getElementById(id).querySelectorAll('.tall').forEach((e, i) => { e.scrollTop = scrolled[i] || 0; });
			}
			document.title = fresh.title;
			if (Date.now() - fetched > 20000) {
				series = (await (await get('/status.json')).json()).past;
				fetched = Date.now();
				drawAll();
			}
			document.body.classList.remove('stale');
		} catch (e) {
			document.body.classList.add('stale');
			document.title = 'relaywall: no answer';
		}
	};

	for (const r of ranges) {
		const button = element('button', '', r[0]);
		button.type = 'button';
		button.onclick = () => {
			chosen = r;
			drawAll();
		};
		document.querySelector('.ranges').append(button);
	}
	addEventListener('resize', drawAll);
	document.addEventListener('visibilitychange', refresh);
	setInterval(refresh, every);
	refresh();
})();
