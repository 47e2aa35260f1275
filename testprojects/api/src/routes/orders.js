'use strict';

const express = require('express');

const catalogue = require('./catalogue.json');

/** Orders live in memory: POST makes one, GET lists and shows them. */
exports.orders = function orders() {
  const router = express.Router();
  const stored = new Map();

  router.get('/', (request, response) => response.json([...stored.values()]));

  router.post('/', (request, response) => {
    const lines = Object.entries(request.body ?? {});
    const unknown = lines.filter(([article]) => !Object.hasOwn(catalogue, article));
    if (lines.length === 0 || unknown.length > 0) {
      return response.status(422).json({
        error: 'an order names known articles',
        unknown: unknown.map(([article]) => article),
      });
    }
    const cents = lines.reduce((sum, [article, count]) => sum + catalogue[article].cents * count, 0);
    const order = { id: stored.size + 1, lines: Object.fromEntries(lines), total: (cents / 100).toFixed(2) };
    stored.set(order.id, order);
    response.status(201).location(`/orders/${order.id}`).json(order);
  });

  router.get('/:id', (request, response) => {
    const order = stored.get(Number(request.params.id));
    if (order === undefined) return response.status(404).json({ error: `no order ${request.params.id}` });
    response.json(order);
  });

  return router;
};
