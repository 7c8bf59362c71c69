-- A mail is kept as its words: text and HTML are made of them when it is sent or shown. Both together are some 3 kB of
-- markup an order, which PostgreSQL compressed and wrote out of line for every one. Of an old mail the text is kept,
-- without the greeting and the signature that every letter is given again.
alter table notifications.mails add column letter json;
update notifications.mails m set letter = json_build_object(
  'subject', m.subject,
  'name', null,
  'paragraphs', array(
    select part
    from unnest(string_to_array(trim(trailing E'\n' from m.text), E'\n\n')) with ordinality as t (part, place)
    where place > 1 and part <> 'Doorbuster'
    order by place
  )
);
alter table notifications.mails alter column letter set not null;
alter table notifications.mails drop column text, drop column html;
