-- A first word that was due and had not left, or reached nobody, turns out needless also after its time: nobody was told
-- before it was put right, which is not to say that it was put right before the word was due.
update cases set standing_why = 'put_right_before_told' where standing = 'excused' and standing_why = 'put_right_before_due';
