-- Why a mail was not sent, in the mail server's words; and staff's lists of one person's mails and of failed ones.
alter table notifications.mails add column last_error text;
create index mails_to on notifications.mails (lower(recipient), created_at);
create index mails_failed on notifications.mails (created_at) where state = 'failed';
